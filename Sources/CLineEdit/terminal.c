// Signals and the terminal's mode while a line is read.
//
// A handler only writes the signal's number into a pipe; the reading loop polls the pipe beside standard
// input. So it does not matter which thread a signal reaches, and no library is left by longjmp.
#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

FILE *cle_out;

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
static const int crashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
enum { HANDLED = sizeof handled / sizeof *handled, CRASHES = sizeof crashes / sizeof *crashes };

static struct sigaction previous[HANDLED], previous_crash[CRASHES];
static int wake[2] = {-1, -1};
// The terminal opened once more where that is possible, so that it can be read without blocking: Ctrl-C makes the
// kernel drop what poll() has promised, and a read that waits then would not see the interrupt. Setting standard input
// itself to non-blocking would change it for the programs that share it.
static int input = STDIN_FILENO;
static struct termios original, editing_mode;
static _Atomic bool watching;
static bool has_terminal, has_editing_mode, marks_paste;
static sigset_t previous_mask;
static int stop_signal;

// Input read ahead: one byte at a time, so that nothing typed for a later program is taken; in a pasted
// block as much as there is.
static unsigned char buffer[4096];
static size_t buffered, taken;
static bool inside_paste;
static unsigned matched_begin, matched_end;
static unsigned char last_byte;

static void on_signal(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  if (write(wake[1], &byte, 1) < 0) { /* a full pipe wakes the loop as well */ }
  errno = saved;
}

// Only calls that are safe in a signal handler.
static void restore_terminal(void) {
  if (!watching || !has_terminal) return;
  if (marks_paste && write(fileno(cle_out), "\033[?2004l", 8) < 0) { /* the terminal is gone */ }
  tcsetattr(STDIN_FILENO, TCSANOW, &original);
}

// A crash, in a completer for instance: leave a usable terminal, then crash as before.
static void on_crash(int number) {
  restore_terminal();
  for (size_t i = 0; i < CRASHES; i++) {
    if (crashes[i] == number) sigaction(number, &previous_crash[i], NULL);
  }
  raise(number);
}

void cle_start_signals(void) {
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) abort();
  atexit(restore_terminal);
}

void cle_watch(bool terminal, bool editing) {
  has_terminal = terminal && tcgetattr(STDIN_FILENO, &original) == 0;
  if (has_terminal && input == STDIN_FILENO) {
    const char *name = ttyname(STDIN_FILENO);
    int own = name ? open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (own >= 0) input = own;
  }
  marks_paste = editing;
  has_editing_mode = false;
  stop_signal = 0;
  watching = true;
  sigset_t unblocked;
  sigemptyset(&unblocked);
  for (size_t i = 0; i < HANDLED; i++) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(handled[i], &action, &previous[i]);
    bool ignored = !(previous[i].sa_flags & SA_SIGINFO) && previous[i].sa_handler == SIG_IGN;
    if (ignored && handled[i] != SIGINT) sigaction(handled[i], &previous[i], NULL);
    else sigaddset(&unblocked, handled[i]);
  }
  // A parent may have blocked them, or the program in this thread; while a line is read they come here.
  pthread_sigmask(SIG_UNBLOCK, &unblocked, &previous_mask);
  for (size_t i = 0; editing && i < CRASHES; i++) {
    struct sigaction action = {.sa_handler = on_crash};
    sigaction(crashes[i], &action, &previous_crash[i]);
  }
}

void cle_unwatch(void) {
  if (!watching) return;
  restore_terminal();
  pthread_sigmask(SIG_SETMASK, &previous_mask, NULL);
  for (size_t i = 0; i < HANDLED; i++) sigaction(handled[i], &previous[i], NULL);
  for (size_t i = 0; marks_paste && i < CRASHES; i++) sigaction(crashes[i], &previous_crash[i], NULL);
  watching = false;
}

// A signal between two reads waits in the pipe for the next.
void cle_deliver(int signal) { on_signal(signal); }

// All at once: while a line is read, they come back into the pipe.
void cle_return_signals(void) {
  unsigned char numbers[64];
  ssize_t count = read(wake[0], numbers, sizeof numbers);
  for (ssize_t i = 0; i < count; i++) kill(getpid(), numbers[i]);
}

int cle_stop_signal(void) { return stop_signal; }

// The kernel drops what was typed before Ctrl-C; the rest of a pasted block must not become typed text.
void cle_discard_input(void) {
  if (inside_paste) tcflush(STDIN_FILENO, TCIFLUSH);
  taken = buffered = 0;
  inside_paste = false;
}

bool cle_has_input(int milliseconds) {
  if (taken < buffered) return true;
  struct pollfd file = {input, POLLIN, 0};
  return poll(&file, 1, milliseconds) > 0;
}

cle_event cle_wait(void) {
  if (has_terminal && !has_editing_mode) has_editing_mode = tcgetattr(STDIN_FILENO, &editing_mode) == 0;
  for (;;) {
    struct pollfd files[2] = {{wake[0], POLLIN, 0}, {input, POLLIN, 0}};
    int timeout = taken < buffered ? 0 : -1;
    if (poll(files, 2, timeout) < 0 && errno != EINTR) return EVENT_INPUT;
    unsigned char number;
    if (files[0].revents && read(wake[0], &number, 1) == 1) {
      switch (number) {
      case SIGINT: return EVENT_INTERRUPT;
      case SIGWINCH: return EVENT_RESIZE;
      case SIGTSTP: return EVENT_SUSPEND;
      case SIGCONT: return EVENT_CONTINUE;
      default: stop_signal = number; return EVENT_STOP;
      }
    }
    if (taken < buffered || files[1].revents) return EVENT_INPUT;
  }
}

void cle_suspend(void) {
  if (has_terminal) tcsetattr(STDIN_FILENO, TCSADRAIN, &original);
  struct sigaction standard = {.sa_handler = SIG_DFL}, ours;
  sigaction(SIGTSTP, &standard, &ours);
  raise(SIGTSTP);
  sigaction(SIGTSTP, &ours, NULL);
}

void cle_resume(void) {
  if (has_editing_mode) tcsetattr(STDIN_FILENO, TCSADRAIN, &editing_mode);
}

// Follows the marks of a pasted block, ESC [ 2 0 0 ~ and ESC [ 2 0 1 ~.
static void follow_paste(unsigned char byte) {
  static const char begin[] = "\033[200~", end[] = "\033[201~";
  matched_begin = byte == begin[matched_begin] ? matched_begin + 1 : byte == begin[0];
  matched_end = byte == end[matched_end] ? matched_end + 1 : byte == end[0];
  if (matched_begin == 6) inside_paste = true, matched_begin = 0;
  if (matched_end == 6) inside_paste = false, matched_end = 0;
}

ssize_t cle_read_input(void *bytes, size_t count) {
  ssize_t got = read(input, bytes, count);
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? CLE_NOTHING_YET : got;
}

int cle_next_byte(void) {
  if (taken == buffered) {
    taken = buffered = 0;
    size_t wanted = inside_paste ? sizeof buffer : 1;
    ssize_t count = cle_read_input(buffer, wanted);
    if (count == CLE_NOTHING_YET) return CLE_NOTHING_YET;
    if (count == 0) errno = 0;
    if (count <= 0) return -1;
    buffered = (size_t)count;
  }
  unsigned char byte = buffer[taken++];
  // A pasted CR LF is one newline.
  bool is_second_half = inside_paste && byte == '\n' && last_byte == '\r';
  last_byte = byte;
  if (is_second_half) return cle_next_byte();
  follow_paste(byte);
  return byte;
}

// Reading empties the buffer only when the next byte is asked for, so the byte's place is still there.
void cle_push_back(int byte) {
  if (byte >= 0 && taken > 0) taken--;
}
