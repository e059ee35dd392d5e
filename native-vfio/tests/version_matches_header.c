#include "harness.h"
#include "pollio_vfio.h"

int main(void)
{
    CHECK_EQUAL(POLLIO_VFIO_VERSION_MAJOR, pollio_vfio_version() >> 16);
    CHECK_EQUAL(POLLIO_VFIO_VERSION_MINOR, pollio_vfio_version() & 0xffff);
    return 0;
}
