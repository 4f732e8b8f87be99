// One small interface over GNU readline, libedit, or neither. Which library is compiled in is the
// choice of a package trait. Everything here is for one thread: there is one terminal.
#ifndef CLINEEDIT_H
#define CLINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

/// The line-editing library that was compiled in.
typedef struct {
  const char *name;     // "GNU readline", "libedit" or "none"
  const char *version;  // "" without a library
  const char *licence;  // SPDX identifier, "" without a library
} cle_library;

cle_library cle_linked_library(void);

/// How lines are read.
typedef enum {
  CLE_STREAM,   // standard input or output is not a terminal: no prompt
  CLE_DUMB,     // a terminal without cursor control, or no library: a prompt, the kernel edits
  CLE_EDITING,  // the library edits
} cle_mode;

/// Prepares reading and loads the user's key bindings; `application` is the name that init files test for. A program
/// that is not `interactive` is CLE_STREAM on a terminal too.
/// Must be called before anything else here; later calls change nothing. Standard input is looked at, nothing is read or written.
cle_mode cle_start(const char *application, bool interactive);

/// What ended a read.
typedef enum {
  CLE_LINE,         // a line, or a pasted block of several
  CLE_END,          // the end of input
  CLE_INTERRUPTED,  // Ctrl-C: what was typed is dropped, the terminal is on a new line
  CLE_EDIT,         // the key for the user's text editor: `text` is what was typed so far
  CLE_STOPPED,      // a signal that ends programs came and the program handles it: `code` is its number
  CLE_FAILED,       // reading failed: `code` is the error number
} cle_outcome;

typedef struct {
  cle_outcome outcome;
  char *text;  // UTF-8, `length` bytes and a NUL byte, to be freed by the caller; NULL without text
  size_t length;
  int code;
} cle_input;

/// Reads one line. Blocks. `prompt` is UTF-8 and may hold colour sequences, `initial` is text that stands in
/// the line already (ignored when nothing edits). While it runs it handles the signals of a terminal; before
/// it returns, or lets a signal end the program, the terminal and the signal handlers are as they were.
cle_input cle_read(const char *prompt, const char *initial);

/// Does what a signal does while a line is read (SIGINT, SIGTERM, SIGHUP): to the present read or else to the next.
/// Callable from any thread, as is the next.
void cle_deliver(int signal);

/// Raises anew the signals that reached the line editor too late for its last read: now they are the program's.
void cle_return_signals(void);

/// Has the signals told as bytes, a number each, through the non-blocking descriptor returned (-1: none is to be had),
/// whenever no line is read.
int cle_catch(const int *signals, size_t count);

/// Adds an entry, which may have several lines, to what the history keys recall.
void cle_add_history(const char *entry);

/// Candidates that a completer offers for the text before the cursor.
typedef struct cle_candidates cle_candidates;

/// Gets the line in UTF-8 and the cursor as a number of bytes; offers candidates through the functions below.
typedef void (*cle_completer)(void *context, const char *line, size_t cursor, cle_candidates *candidates);

void cle_set_completer(cle_completer completer, void *context);

/// Sets the bytes of the line that a candidate replaces.
void cle_replace(cle_candidates *candidates, size_t start, size_t end);

/// Offers `text`; `suffix` is a character to add once it is the only one, or 0.
void cle_offer(cle_candidates *candidates, const char *text, const char *description, char suffix);

#endif
