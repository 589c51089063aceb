#define CONV_ROUTINES conv_routines_c_f32
#include "conv_kernels.h"
