/* What plans a convolution, per algorithm. */
#ifndef CONV_PLAN_H
#define CONV_PLAN_H

#include "convoy_conv.h"

/* Each fills in its algorithm's split and memory. */
void conv_plan_gemm(convoy_conv2d_plan *p);
void conv_plan_direct(convoy_conv2d_plan *p);

/* Whether the direct algorithm is likely faster than matrix products. */
int conv_direct_pays(const convoy_conv2d_plan *p);

#endif
