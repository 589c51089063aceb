#define CONV_F64
#define CONV_ROUTINES conv_routines_c_f64
#include "conv_kernels.h"
