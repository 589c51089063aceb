#define CONV_ROUTINES conv_routines_avx512_f32
#include "conv_kernels.h"
