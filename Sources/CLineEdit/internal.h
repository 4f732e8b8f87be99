// What the files of this target share.
#ifndef CLE_INTERNAL_H
#define CLE_INTERNAL_H

#include <stdio.h>
#include <sys/types.h>
#include <termios.h>
#include <wchar.h>

#include "CLineEdit.h"

#if defined(CLE_READLINE) && defined(CLE_EDITLINE)
#undef CLE_EDITLINE  // both traits: readline
#endif

// terminal.c: signals and the terminal's mode, only while a line is read

typedef enum { EVENT_INPUT, EVENT_INTERRUPT, EVENT_RESIZE, EVENT_SUSPEND, EVENT_CONTINUE, EVENT_STOP }
  cle_event;

void cle_start_signals(void);
void cle_watch(bool has_terminal, bool editing);  // starts to handle signals, remembers the terminal's mode
void cle_unwatch(void);                           // terminal and handlers as they were
cle_event cle_wait(void);                         // until there is input or a signal
int cle_stop_signal(void);                        // the number of the signal that was EVENT_STOP
void cle_suspend(void);                           // EVENT_SUSPEND: stops the program as Ctrl-Z asks
void cle_resume(void);                            // EVENT_CONTINUE: the terminal's mode for editing again
enum { CLE_NOTHING_YET = -2 };                    // instead of a count or a byte: wait once more
ssize_t cle_read_input(void *bytes, size_t count);  // after EVENT_INPUT; else as read() does
int cle_next_byte(void);                          // after EVENT_INPUT; -1 at the end, errno set or 0
void cle_push_back(int byte);                     // the byte just read is the next again
void cle_discard_input(void);                      // what was typed before an interrupt
bool cle_has_input(int milliseconds);
extern FILE *cle_out;                             // where prompts go

// text.c: UTF-8 outside, the locale's encoding or wide characters inside

void cle_start_locale(void);
bool cle_locale_is_utf8(void);
char *cle_utf8_from_locale(const char *bytes, size_t count, size_t *length);
char *cle_locale_from_utf8(const char *text, size_t count);
wchar_t *cle_wide_from_utf8(const char *text);
char *cle_utf8_from_wide(const wchar_t *text, size_t count, size_t *length);
int cle_columns_of(const char *utf8);
// Copies a prompt with every colour sequence between two marks, so that its width counts as zero.
char *cle_mark_escapes(const char *prompt, char begin, char end);
bool cle_inputrc_wants_vi(void);
char *cle_copy(const char *text, size_t count);

// candidates.c

typedef struct { char *text, *description; char suffix; } cle_candidate;

struct cle_candidates {
  size_t start, end, count, capacity;
  cle_candidate *items;
};

cle_candidates cle_complete(const char *line, size_t cursor);
void cle_free_candidates(cle_candidates *candidates);
size_t cle_common_prefix(const cle_candidates *candidates);
void cle_list_candidates(const cle_candidates *candidates, int rows, int columns);

// readline.c, editline.c: one of them, or neither; plain.c: always

#if defined(CLE_READLINE) || defined(CLE_EDITLINE)
void cle_start_editing(const char *application);
cle_input cle_read_editing(const char *prompt, const char *initial);
#endif
cle_input cle_read_plain(const char *prompt);

cle_input cle_result(cle_outcome outcome, char *text, size_t length);

#endif
