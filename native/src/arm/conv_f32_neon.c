#define CONV_NEON
#define CONV_ROUTINES conv_routines_neon_f32
#include "conv_kernels.h"
