// Reading without a library: from a file or a pipe without prompts, from a simple terminal with them.
#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cle_mode mode = CLE_STREAM;

cle_input cle_result(cle_outcome outcome, char *text, size_t length) {
  return (cle_input){.outcome = outcome, .text = text, .length = length};
}

#if !defined(CLE_READLINE) && !defined(CLE_EDITLINE)
cle_library cle_linked_library(void) { return (cle_library){"none", "", ""}; }
void cle_add_history(const char *entry) { (void)entry; }
#else
extern int tgetent(char *buffer, const char *name);

// A terminal that the terminal database knows how to drive.
static bool has_cursor_control(void) {
  const char *name = getenv("TERM");
  if (!name || !*name || strcmp(name, "dumb") == 0) return false;
  char entry[4096];
  return tgetent(entry, name) > 0;
}
#endif

cle_mode cle_start(const char *application, bool interactive) {
  static bool started;
  if (started) return mode;
  started = true;
  cle_start_locale();
  cle_start_signals();
  bool terminals = interactive && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  // A stream of our own: buffered, so that a redrawn line is one write.
  int file = dup(isatty(STDERR_FILENO) ? STDERR_FILENO : STDOUT_FILENO);
  cle_out = file >= 0 ? fdopen(file, "w") : NULL;
  if (!cle_out) cle_out = stderr;
  mode = terminals ? CLE_DUMB : CLE_STREAM;
#if defined(CLE_READLINE) || defined(CLE_EDITLINE)
  if (terminals && has_cursor_control()) {
    cle_start_editing(application);
    mode = CLE_EDITING;
  }
#else
  (void)application;
#endif
  return mode;
}

cle_input cle_read(const char *prompt, const char *initial) {
  fflush(stdout);
  cle_watch(mode != CLE_STREAM || isatty(STDIN_FILENO), mode == CLE_EDITING);
#if defined(CLE_READLINE) || defined(CLE_EDITLINE)
  cle_input input = mode == CLE_EDITING ? cle_read_editing(prompt, initial) : cle_read_plain(prompt);
#else
  (void)initial;
  cle_input input = cle_read_plain(prompt);
#endif
  fflush(cle_out);
  cle_unwatch();
  // After Ctrl-C the next read follows, and what has come since is for that.
  if (input.outcome != CLE_INTERRUPTED) cle_return_signals();
  // With the handlers back in place: the program's own one runs, or the signal ends the program here. SIGQUIT
  // always ends it; the handler that Swift's runtime has for it would print a stack trace.
  if (input.outcome == CLE_STOPPED && input.code == SIGQUIT) signal(SIGQUIT, SIG_DFL);
  if (input.outcome == CLE_STOPPED) kill(getpid(), input.code);
  return input;
}

static void print_prompt(const char *prompt) {
  if (mode == CLE_STREAM) return;
  fputs(prompt, cle_out);
  fflush(cle_out);
}

// What was read and not yet handed out: bytes [start, end) of a buffer, without a newline before `scanned`.
static char *pending;
static size_t start, scanned, end, room;

static bool read_more(int *error) {
  if (start > 0) {
    memmove(pending, pending + start, end - start);
    end -= start;
    scanned -= start;
    start = 0;
  }
  if (room - end < 4096) {
    room = 2 * room + 65536;
    pending = realloc(pending, room);
    if (!pending) abort();
  }
  ssize_t count = cle_read_input(pending + end, room - end);
  *error = 0;
  if (count == CLE_NOTHING_YET) return true;
  // A terminal that has gone away is the end of input.
  *error = count < 0 && errno != EIO ? errno : 0;
  if (count <= 0) return false;
  end += (size_t)count;
  return true;
}

// The text before `stop`; reading goes on at `next`.
static cle_input take(size_t stop, size_t next) {
  size_t length;
  if (stop > start && pending[stop - 1] == '\r') stop--;
  char *text = cle_utf8_from_locale(pending + start, stop - start, &length);
  start = scanned = next;
  return cle_result(CLE_LINE, text, length);
}

cle_input cle_read_plain(const char *prompt) {
  char *text = cle_locale_from_utf8(prompt, strlen(prompt));
  print_prompt(text);
  cle_input input;
  for (;;) {
    char *newline = end > scanned ? memchr(pending + scanned, '\n', end - scanned) : NULL;
    if (newline) {
      size_t stop = (size_t)(newline - pending);
      input = take(stop, stop + 1);
      break;
    }
    scanned = end;
    cle_event event = cle_wait();
    if (event == EVENT_INTERRUPT && mode != CLE_STREAM) {
      start = scanned = end = 0;
      fputs("\n", cle_out);
      input = cle_result(CLE_INTERRUPTED, NULL, 0);
      break;
    } else if (event == EVENT_INTERRUPT || event == EVENT_STOP) {
      if (mode != CLE_STREAM) fputs("\n", cle_out);
      input = cle_result(CLE_STOPPED, NULL, 0);
      input.code = event == EVENT_STOP ? cle_stop_signal() : SIGINT;
      break;
    } else if (event == EVENT_SUSPEND) {
      cle_suspend();
    } else if (event == EVENT_CONTINUE) {
      print_prompt(text);
    } else if (event == EVENT_INPUT) {
      int error;
      if (read_more(&error)) continue;
      if (error) {
        input = cle_result(CLE_FAILED, NULL, 0);
        input.code = error;
      } else if (end > start) {
        input = take(end, end);
      } else {
        if (mode != CLE_STREAM) fputs("\n", cle_out);
        input = cle_result(CLE_END, NULL, 0);
      }
      break;
    }
  }
  free(text);
  return input;
}
