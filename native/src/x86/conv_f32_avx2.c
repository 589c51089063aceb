#define CONV_ROUTINES conv_routines_avx2_f32
#include "conv_kernels.h"
