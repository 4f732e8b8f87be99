#include "instructions.h"
#include "passes.h"
#include "products.h"
#include "updates.h"
