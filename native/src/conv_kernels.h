/* Every convolution kernel for element type T and the file's instruction set, and their table,
 * named CONV_ROUTINES. Included by one file for each pair of them, double by CONV_F64. */

#include <string.h>

#include "conv_direct_scratch.h"
#include "conv_gemm_scratch.h"
#include "conv_packed_scratch.h"
#include "conv_routines.h"
#include "conv_winograd_scratch.h"
#include "gemm.h"

#ifdef CONV_F64
#define T double
#define CONV_BLAS convoy_blas.dgemm
#else
#define T float
#define CONV_BLAS convoy_blas.sgemm
#endif

#include "conv_vector.h"
/* */
#include "conv_lanes.h"
#include "conv_micro.h"
#include "conv_outputs.h"
/* */
#include "conv_micro_rows.h"
#include "conv_panels.h"
/* */
#include "conv_halo.h"
#include "conv_sums.h"
/* */
#include "conv_gemm_forward.h"
/* */
#include "conv_gemm_backward_input.h"
/* */
#include "conv_gemm_backward_weights.h"
/* */
#include "conv_packed_forward.h"
/* */
#include "conv_packed_backward_input.h"
#include "conv_packed_backward_weights.h"
/* */
#include "conv_correlate.h"
/* */
#include "conv_direct_backward_input.h"
#include "conv_direct_forward.h"
/* */
#include "conv_direct_backward_weights.h"
/* */
#include "conv_depthwise.h"
/* */
#include "conv_depthwise_backward_input.h"
#include "conv_depthwise_backward_weights.h"
/* */
#include "conv_winograd_transforms.h"
/* */
#include "conv_winograd_tiles.h"
#include "conv_winograd_weights.h"
/* */
#include "conv_winograd_forward.h"
/* */
#include "conv_winograd_backward_weights.h"

const conv_routines CONV_ROUTINES = {
    .direct = {{direct_forward, NULL},
               {direct_backward_input, NULL},
               {direct_backward_weights, direct_sum_weights}},
    .depthwise = {{depthwise_forward, NULL},
                  {depthwise_backward_input, NULL},
                  {depthwise_backward_weights, direct_sum_weights}},
    .gemm = {{gemm_forward, NULL},
             {gemm_backward_input, NULL},
             {gemm_backward_weights, gemm_sum_weights}},
    .packed = {{packed_forward, NULL},
               {packed_turn_weights, packed_backward_input},
               {packed_backward_weights, gemm_sum_weights}},
    .winograd = {{winograd_weights, winograd_outputs},
                 {winograd_weights, winograd_outputs},
                 {winograd_backward_weights, winograd_sum_weights}},
    .bias_gradient = bias_gradient,
};
