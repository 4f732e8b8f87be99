#include <cblas.h>

/* Of LAPACK, which is in the same library: all eigenvalues and eigenvectors of a symmetric matrix. Debian's header of
   LAPACK is in another package, and its one prototype that is needed stands here. */
extern void dsyevd_(const char *job, const char *triangle, const blasint *n, double *a, const blasint *lda,
                    double *eigenvalues, double *work, const blasint *work_size, blasint *integers,
                    const blasint *integer_size, blasint *info);
