#include <cblas.h>

/* Of LAPACK, which is in the same library. Debian's header of LAPACK is in another package, and the prototypes that are
   needed stand here. All eigenvalues and eigenvectors of a symmetric matrix: */
extern void dsyevd_(const char *job, const char *triangle, const blasint *n, double *a, const blasint *lda,
                    double *eigenvalues, double *work, const blasint *work_size, blasint *integers,
                    const blasint *integer_size, blasint *info);

/* A = LQ by reflections: */
extern void dgelqf_(const blasint *rows, const blasint *columns, double *a, const blasint *lda, double *reflections,
                    double *work, const blasint *work_size, blasint *info);

/* A = U diag(s) V' by one-sided Jacobi rotations: */
extern void dgejsv_(const char *accuracy, const char *left, const char *right, const char *range, const char *transpose,
                    const char *perturb, const blasint *rows, const blasint *columns, double *a, const blasint *lda,
                    double *values, double *u, const blasint *ldu, double *v, const blasint *ldv, double *work,
                    const blasint *work_size, blasint *integers, blasint *info);
