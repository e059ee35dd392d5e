#include "pollio_vfio.h"

uint32_t pollio_vfio_version(void)
{
    return POLLIO_VFIO_VERSION_MAJOR << 16 | POLLIO_VFIO_VERSION_MINOR;
}
