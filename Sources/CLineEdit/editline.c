// libedit through its own interface (its imitation of readline reports wrong completion ranges, cannot
// cancel a line and knows no pasted blocks). Characters reach it through `next_character`, so a signal ends
// its blocking call as if the input had ended.
#define _GNU_SOURCE
#include "internal.h"

#ifdef CLE_EDITLINE

#include <errno.h>
#include <histedit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TEXT_OF(x) TEXT_OF_(x)
#define TEXT_OF_(x) #x

cle_library cle_linked_library(void) {
  return (cle_library){"libedit", TEXT_OF(LIBEDIT_MAJOR) "." TEXT_OF(LIBEDIT_MINOR), "BSD-3-Clause"};
}

enum { MARK = 1 };  // stands around colour sequences in the prompt

static EditLine *editor;
static HistoryW *search_history;  // what Ctrl-R looks through
static wchar_t *prompt_text, *initial_text;
static bool interrupted, wants_editor, has_vi_keys;
static int stopped;

static wchar_t *prompt(EditLine *el) {
  (void)el;
  return prompt_text;
}

// Characters

static void refresh(EditLine *el) { el_wset(el, EL_REFRESH); }

// The rest of a character is there or on its way.
static int following_byte(void) { return cle_has_input(1000) ? cle_next_byte() : -1; }

static wchar_t decode(int byte) {
  if (!cle_locale_is_utf8()) {
    mbstate_t state = {0};
    for (;;) {
      char c = (char)byte;
      wchar_t result;
      size_t used = mbrtowc(&result, &c, 1, &state);
      if (used <= 1) return result;
      if (used == (size_t)-1 || (byte = following_byte()) < 0) return 0xFFFD;
    }
  }
  if (byte < 0x80) return byte;
  int more = byte >= 0xF0 && byte < 0xF8 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
  if (more == 0 || byte >= 0xF8) return 0xFFFD;
  wchar_t result = byte & (0x3F >> more);
  while (more-- > 0) {
    int next = following_byte();
    if (next < 0) return 0xFFFD;
    result = result << 6 | (next & 0x3F);
  }
  return result;
}

// Moves behind the text, so that what is printed next does not overwrite it.
static void go_to_end(EditLine *el) {
  const LineInfoW *line = el_wline(el);
  el_cursor(el, (int)(line->lastchar - line->cursor));
  refresh(el);
}

// In vi mode ESC is a key of its own, so libedit cannot know a cursor key by the ESC that it begins with.
// There such a key arrives as its one-character form: CSI for ESC [ and SS3 for ESC O.
enum { CSI = 0x9B, SS3 = 0x8F };

static wchar_t read_character(int byte) {
  if (byte == '\033' && has_vi_keys && cle_has_input(50)) {
    int next = following_byte();
    if (next == '[') return CSI;
    if (next == 'O') return SS3;
    cle_push_back(next);
  }
  return decode(byte);
}

static int next_character(EditLine *el, wchar_t *character) {
  for (;;) {
    switch (cle_wait()) {
    case EVENT_INPUT: {
      int byte = cle_next_byte();
      if (byte == CLE_NOTHING_YET) break;
      if (byte < 0) return 0;
      *character = read_character(byte);
      return 1;
    }
    case EVENT_INTERRUPT:
      interrupted = true;
      cle_discard_input();
      go_to_end(el);
      fputs("^C\n", cle_out);
      return 0;
    case EVENT_STOP:
      stopped = cle_stop_signal();
      go_to_end(el);
      fputs("\n", cle_out);
      return 0;
    case EVENT_RESIZE:
      el_resize(el);
      refresh(el);
      break;
    case EVENT_SUSPEND: cle_suspend(); break;
    case EVENT_CONTINUE:
      cle_resume();
      refresh(el);
      break;
    }
  }
}

// The line

static char *present_line(EditLine *el, size_t *cursor) {
  const LineInfoW *line = el_wline(el);
  free(cle_utf8_from_wide(line->buffer, (size_t)(line->cursor - line->buffer), cursor));
  return cle_utf8_from_wide(line->buffer, (size_t)(line->lastchar - line->buffer), NULL);
}

static void replace_line(EditLine *el, const wchar_t *text) {
  const LineInfoW *line = el_wline(el);
  el_cursor(el, (int)(line->lastchar - line->cursor));
  line = el_wline(el);
  el_deletestr(el, (int)(line->lastchar - line->buffer));
  if (*text) el_winsertstr(el, text);
}

// A pasted block, or the text that a read begins with, goes in as it is: its newlines end no line.
static unsigned char paste(EditLine *el, wint_t key) {
  (void)key;
  if (initial_text) {
    el_winsertstr(el, initial_text);
    free(initial_text);
    initial_text = NULL;
    return CC_REFRESH;
  }
  const wchar_t *end = has_vi_keys ? L"\x9b" L"201~" : L"\033[201~";
  size_t end_length = wcslen(end);
  size_t room = 1024, count = 0;
  wchar_t *text = malloc(room * sizeof *text), c;
  if (!text) abort();
  while (el_wgetc(el, &c) == 1) {
    if (c == 0) continue;
    if (c == '\n' && count > 0 && text[count - 1] == '\r') count--;
    text[count++] = c;
    if (count >= end_length && wmemcmp(text + count - end_length, end, end_length) == 0) {
      text[count - end_length] = 0;
      for (wchar_t *p = text; *p; p++) *p = *p == '\r' ? '\n' : *p;
      int failed = *text ? el_winsertstr(el, text) : 0;
      free(text);
      return failed ? CC_ERROR : CC_REFRESH;
    }
    if (count == room) text = realloc(text, (room *= 2) * sizeof *text);
    if (!text) abort();
  }
  free(text);
  return CC_EOF;
}

static unsigned char edit_in_editor(EditLine *el, wint_t key) {
  (void)key;
  wants_editor = true;
  go_to_end(el);
  fputs("\n", cle_out);
  return CC_NEWLINE;
}

// History by prefix. The entries are kept here as well: libedit's own recall cuts entries at 1023 characters.

static wchar_t **entries;
static size_t entry_count, entry_room, position;
static wchar_t *typed, *shown;  // what was there before the first key, what the last key put there

void cle_add_history(const char *entry) {
  wchar_t *text = cle_wide_from_utf8(entry);
  if (entry_count == entry_room) {
    entry_room = 2 * entry_room + 256;
    entries = realloc(entries, entry_room * sizeof *entries);
    if (!entries) abort();
  }
  entries[entry_count++] = text;
  HistEventW event;
  if (search_history) history_w(search_history, &event, H_ENTER, text);
}

static void begin_search(EditLine *el) {
  const LineInfoW *line = el_wline(el);
  size_t count = (size_t)(line->lastchar - line->buffer);
  if (shown && wcslen(shown) == count && wmemcmp(shown, line->buffer, count) == 0) return;
  free(typed);
  size_t before = (size_t)(line->cursor - line->buffer);
  typed = malloc((before + 1) * sizeof *typed);
  if (!typed) abort();
  wmemcpy(typed, line->buffer, before);
  typed[before] = 0;
  position = entry_count;
}

static unsigned char show(EditLine *el, const wchar_t *text) {
  free(shown);
  shown = wcsdup(text);
  replace_line(el, text);
  return CC_REFRESH;
}

static unsigned char previous_entry(EditLine *el, wint_t key) {
  (void)key;
  begin_search(el);
  for (size_t i = position; i-- > 0;) {
    bool matches = wcsncmp(entries[i], typed, wcslen(typed)) == 0;
    bool differs = !shown || wcscmp(entries[i], shown) != 0 || position == entry_count;
    if (matches && differs) {
      position = i;
      return show(el, entries[i]);
    }
  }
  return CC_ERROR;
}

static unsigned char next_entry(EditLine *el, wint_t key) {
  (void)key;
  begin_search(el);
  if (position >= entry_count) return CC_ERROR;
  for (size_t i = position + 1; i < entry_count; i++) {
    bool matches = wcsncmp(entries[i], typed, wcslen(typed)) == 0;
    if (matches && wcscmp(entries[i], shown) != 0) {
      position = i;
      return show(el, entries[i]);
    }
  }
  position = entry_count;
  return show(el, typed);
}

// Completion

static void list(cle_candidates *candidates) {
  struct winsize size = {0};
  ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
  cle_list_candidates(candidates, size.ws_row ? size.ws_row : 24, size.ws_col ? size.ws_col : 80);
}

static unsigned char complete(EditLine *el, wint_t key) {
  (void)key;
  size_t cursor;
  char *line = present_line(el, &cursor);
  cle_candidates candidates = cle_complete(line, cursor);
  size_t typed_length = cursor - candidates.start, common = cle_common_prefix(&candidates);
  unsigned char result = CC_ERROR;
  const char *first = candidates.count > 0 ? candidates.items[0].text : "";
  bool extends = common > typed_length
    || (common == typed_length && memcmp(line + candidates.start, first, common) != 0);
  if (candidates.count == 1 || (candidates.count > 1 && extends)) {
    bool is_only = candidates.count == 1;
    size_t stop = is_only ? candidates.end : cursor;
    const char suffix[] = {is_only ? candidates.items[0].suffix : 0, 0};
    if (*suffix && line[stop] == *suffix) stop++;
    char *whole;
    int length = asprintf(&whole, "%.*s%.*s%s%s", (int)candidates.start, line, (int)common, first, suffix,
                          line + stop);
    if (length < 0) abort();
    wchar_t *wide = cle_wide_from_utf8(whole), *after = cle_wide_from_utf8(line + stop);
    replace_line(el, wide);
    el_cursor(el, -(int)wcslen(after));
    free(wide), free(after), free(whole);
    result = CC_REFRESH;
  } else if (candidates.count > 1) {
    list(&candidates);
    result = CC_REDISPLAY;
  }
  cle_free_candidates(&candidates);
  free(line);
  return result;
}

// Key bindings

static bool is_in_vi_mode(void) {
  const char *mode = NULL;
  return el_get(editor, EL_EDITOR, &mode) == 0 && mode && strcmp(mode, "vi") == 0;
}

static void bind_keys(void) {
  static const wchar_t *const keys[][2] = {
    {L"^P", L"srel-previous"}, {L"^N", L"srel-next"}, {L"^I", L"srel-complete"},
    {L"^X^E", L"srel-edit"},
    {L"^R", L"em-inc-search-prev"},
  };
  // What follows CSI; where there is one letter, SS3 as well.
  static const wchar_t *const cursor_keys[][2] = {
    {L"A", L"srel-previous"}, {L"B", L"srel-next"}, {L"C", L"ed-next-char"}, {L"D", L"ed-prev-char"},
    {L"H", L"ed-move-to-beg"}, {L"F", L"ed-move-to-end"}, {L"3~", L"ed-delete-next-char"},
    {L"200~", L"srel-paste"},
  };
  has_vi_keys = is_in_vi_mode();
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    el_wset(editor, EL_BIND, keys[i][0], keys[i][1], NULL);
  }
  for (size_t i = 0; i < sizeof cursor_keys / sizeof *cursor_keys; i++) {
    const wchar_t *rest = cursor_keys[i][0], *function = cursor_keys[i][1];
    const wchar_t *begin[] = {has_vi_keys ? L"\x9b" : L"\033[", has_vi_keys ? L"\x8f" : L"\033O"};
    for (size_t j = 0; j < (rest[1] ? 1 : 2); j++) {
      wchar_t key[16];
      swprintf(key, 16, L"%ls%ls", begin[j], rest);
      el_wset(editor, EL_BIND, key, function, NULL);
      if (has_vi_keys) el_wset(editor, EL_BIND, L"-a", key, function, NULL);
    }
  }
  if (!has_vi_keys) return;
  el_wset(editor, EL_BIND, L"-a", L"v", L"srel-edit", NULL);
  el_wset(editor, EL_BIND, L"-a", L"k", L"srel-previous", NULL);
  el_wset(editor, EL_BIND, L"-a", L"j", L"srel-next", NULL);
}

void cle_start_editing(const char *application) {
  editor = el_init(application, stdin, cle_out, stderr);
  if (!editor) abort();
  el_wset(editor, EL_SIGNAL, 0);
  el_wset(editor, EL_PROMPT_ESC, prompt, (wchar_t)MARK);
  el_wset(editor, EL_GETCFN, next_character);
  el_wset(editor, EL_ADDFN, L"srel-paste", L"Insert a pasted block", paste);
  el_wset(editor, EL_ADDFN, L"srel-edit", L"Edit the input in $EDITOR", edit_in_editor);
  el_wset(editor, EL_ADDFN, L"srel-previous", L"The entry before with this beginning", previous_entry);
  el_wset(editor, EL_ADDFN, L"srel-next", L"The next entry with this beginning", next_entry);
  el_wset(editor, EL_ADDFN, L"srel-complete", L"Complete the word", complete);
  search_history = history_winit();
  if (search_history) {
    HistEventW event;
    history_w(search_history, &event, H_SETSIZE, INT_MAX);
    el_wset(editor, EL_HIST, history_w, search_history);
  }
  // The user's init file may change a key of ours. Should it change the mode, all keys are new.
  bool wants_vi = cle_inputrc_wants_vi();
  el_wset(editor, EL_EDITOR, wants_vi ? L"vi" : L"emacs");
  bind_keys();
  el_source(editor, NULL);
  if (is_in_vi_mode() != wants_vi) bind_keys();
}

// Reading

// libedit lets the kernel exchange CR and LF, so that a pasted CR LF looks like two newlines. Both end a
// typed line as they are.
static void tell_return_from_newline(void) {
  struct termios mode;
  if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
  mode.c_iflag &= ~(tcflag_t)(ICRNL | INLCR);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

cle_input cle_read_editing(const char *prompt, const char *initial) {
  char *marked = cle_mark_escapes(prompt, MARK, MARK);
  free(prompt_text);
  prompt_text = cle_wide_from_utf8(marked);
  free(marked);
  interrupted = wants_editor = false;
  stopped = 0;
  free(shown);
  shown = NULL;
  free(initial_text);
  initial_text = initial && *initial ? cle_wide_from_utf8(initial) : NULL;
  if (initial_text) el_wpush(editor, has_vi_keys ? L"\x9b" L"200~" : L"\033[200~");
  // libedit itself would prepare the terminal after the prompt: a key in between would be echoed.
  el_wset(editor, EL_PREP_TERM, 1);
  tell_return_from_newline();
  fputs("\033[?2004h", cle_out);
  int count = 0;
  const wchar_t *line = el_wgets(editor, &count);
  fputs("\033[?2004l", cle_out);
  cle_input input = cle_result(CLE_INTERRUPTED, NULL, 0);
  if (stopped) {
    input.outcome = CLE_STOPPED;
    input.code = stopped;
  } else if (!interrupted && wants_editor) {
    input.outcome = CLE_EDIT;
    input.text = cle_utf8_from_wide(line ? line : L"", line && count > 0 ? (size_t)count : 0, &input.length);
  } else if (!interrupted && (!line || count <= 0)) {
    fputs("\n", cle_out);
    input.outcome = CLE_END;
  } else if (!interrupted) {
    if (line[count - 1] == '\n') count--;
    input.outcome = CLE_LINE;
    input.text = cle_utf8_from_wide(line, (size_t)count, &input.length);
  }
  return input;
}

#endif
