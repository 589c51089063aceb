/* Which depthwise convolutions have kernels of their own; planner, runner and kernels agree here.
 */
#ifndef CONV_DEPTHWISE_SHAPE_H
#define CONV_DEPTHWISE_SHAPE_H

#include "conv_geometry.h"

/* The usual square windows. A dilation spreads the taps, which suits whole rows, but not rows of
 * which each second element is wanted. */
static inline int conv_depthwise_has_kernel(const convoy_conv2d_plan *p) {
  int dilated = p->dilation_h > 1 || p->dilation_w > 1;
  return p->groups == p->c && p->kh == p->kw && (p->kh == 3 || p->kh == 5) &&
         p->stride_h == p->stride_w && (p->stride_h == 1 || (p->stride_h == 2 && !dilated));
}

#endif
