#define CONV_F64
#define CONV_NEON
#define CONV_ROUTINES conv_routines_neon_f64
#include "conv_kernels.h"
