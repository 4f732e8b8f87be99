#include "instructions.h"
#include "products.h"
#include "updates.h"
