// Signals that ask a running command to stop, while no line is read.
//
// The handler only writes the signal's number into a pipe, so it does not matter which thread a signal reaches. An
// ignored signal with a descriptor of signalfd will not do: the kernel drops it wherever the main thread does not
// block it.
#define _GNU_SOURCE
#include "CLineEdit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int told[2] = {-1, -1};

static void on_request(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  if (write(told[1], &byte, 1) < 0) { /* a full pipe has told enough */ }
  errno = saved;
}

int cle_catch(const int *signals, size_t count) {
  if (told[0] < 0 && pipe2(told, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  sigset_t caught;
  sigemptyset(&caught);
  for (size_t i = 0; i < count; i++) {
    struct sigaction action = {.sa_handler = on_request, .sa_flags = SA_RESTART};
    sigaction(signals[i], &action, NULL);
    sigaddset(&caught, signals[i]);
  }
  // The parent may have blocked them.
  pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
  return told[0];
}
