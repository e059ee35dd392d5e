#ifndef RESERVE_H
#define RESERVE_H

#define HUGEPAGE_SIZE (2ull << 20)

/*
 * Runs body in a child with at least count free hugepages of 2 MiB and returns the exit code for main. What had to be added is
 * taken away again however the child ends; when nothing can be added the test is skipped with the reason.
 */
int with_hugepages(long count, void (*body)(void));

#endif
