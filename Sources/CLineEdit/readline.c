// GNU readline through its callback interface: the loop is ours, so a signal is an event like a key.
#include "internal.h"

#ifdef CLE_READLINE

#include <errno.h>
#include <readline/history.h>
#include <readline/readline.h>
#include <stdlib.h>
#include <string.h>

cle_library cle_linked_library(void) {
  return (cle_library){"GNU readline", rl_library_version, "GPL-3.0-or-later"};
}

static bool finished, interrupted, wants_editor;
static int stopped;
static char *accepted;

static void accept_line(char *line) {
  accepted = line;
  finished = true;
  rl_callback_handler_remove();
}

// Called for each byte, in the middle of a pasted block or a half-typed key as well.
static int next_byte(FILE *file) {
  (void)file;
  for (;;) {
    switch (cle_wait()) {
    case EVENT_INPUT: {
      int byte = cle_next_byte();
      if (byte == CLE_NOTHING_YET) break;
      return byte < 0 ? EOF : byte;
    }
    case EVENT_INTERRUPT: interrupted = true; return READERR;
    case EVENT_STOP: stopped = cle_stop_signal(); return READERR;
    case EVENT_RESIZE: rl_resize_terminal(); break;
    case EVENT_SUSPEND: cle_suspend(); break;
    case EVENT_CONTINUE: cle_resume(); break;
    }
  }
}

// Tells a lone ESC from the start of a key's sequence.
static int input_is_near(void) { return cle_has_input(100); }

static int edit_in_editor(int count, int key) {
  (void)count;
  wants_editor = true;
  return rl_newline(1, key);
}

// Completion

static cle_candidates offered;
static char *breaks;

// Asks the completer, and lets readline's word begin where the candidates' range does: the one separator is
// the character before it.
static char *find_word(void) {
  cle_free_candidates(&offered);
  size_t length, cursor;
  free(cle_utf8_from_locale(rl_line_buffer, (size_t)rl_point, &cursor));
  char *line = cle_utf8_from_locale(rl_line_buffer, (size_t)rl_end, &length);
  offered = cle_complete(line, cursor);
  free(breaks);
  breaks = cle_copy(line + (offered.start > 0 ? offered.start - 1 : 0), offered.start > 0 ? 1 : 0);
  free(line);
  return breaks;
}

// The candidates without the first `skipped` bytes of each, which stand in the line before readline's word.
static char **matches_after(const char *before, size_t skipped, const char *word) {
  char **matches = calloc(offered.count + 2, sizeof *matches);
  if (!matches) abort();
  size_t count = 0;
  for (size_t i = 0; i < offered.count; i++) {
    const char *text = offered.items[i].text;
    if (strncmp(text, before, skipped) != 0) continue;
    matches[++count] = cle_locale_from_utf8(text + skipped, strlen(text + skipped));
  }
  if (count == 0) return free(matches), NULL;
  size_t common = cle_common_prefix(&offered);
  if (count == 1) {
    matches[0] = matches[1];
    matches[1] = NULL;
  } else if (common >= skipped + strlen(word)) {
    matches[0] = cle_locale_from_utf8(offered.items[0].text + skipped, common - skipped);
  } else {
    matches[0] = cle_copy(word, strlen(word));  // candidates that share less than was typed
  }
  return matches;
}

static char **complete(const char *word, int first, int last) {
  (void)last;
  rl_attempted_completion_over = 1;
  rl_completion_append_character = 0;
  if (offered.count == 0) return NULL;
  size_t begin, length;
  free(cle_utf8_from_locale(rl_line_buffer, (size_t)first, &begin));
  char *line = cle_utf8_from_locale(rl_line_buffer, (size_t)rl_end, &length);
  size_t skipped = begin > offered.start ? begin - offered.start : 0;
  char **matches = matches_after(line + offered.start, skipped, word);
  if (matches && !matches[1]) {
    rl_completion_append_character = offered.items[0].suffix;
    char *rest = cle_locale_from_utf8(line + offered.end, length - offered.end);
    int end = rl_end - (int)strlen(rest);
    if (end > rl_point) rl_delete_text(rl_point, end);
    free(rest);
  }
  free(line);
  return matches;
}

static void list_matches(char **matches, int count, int widest) {
  (void)matches, (void)count, (void)widest;
  int rows, columns;
  rl_get_screen_size(&rows, &columns);
  cle_list_candidates(&offered, rows, columns);
  rl_forced_update_display();
}

// Key bindings

// Binds a key in one map, unless the user's init file gave it a meaning other than readline's own.
static void bind(const char *keys, rl_command_func_t *function, rl_command_func_t *standard, Keymap map) {
  int type;
  rl_command_func_t *present = rl_function_of_keyseq(keys, map, &type);
  bool is_free = !present || (type == ISFUNC && present == standard);
  if (is_free) rl_bind_keyseq_in_map(keys, function, map);
}

void cle_start_editing(const char *application) {
  rl_readline_name = cle_copy(application, strlen(application));
  rl_instream = stdin;
  rl_outstream = cle_out;
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_getc_function = next_byte;
  rl_input_available_hook = input_is_near;
  rl_attempted_completion_function = complete;
  rl_completion_word_break_hook = find_word;
  rl_completion_display_matches_hook = list_matches;
  rl_basic_quote_characters = "";  // a candidate brings its own closing quote
  rl_sort_completion_matches = 0;
  rl_ignore_completion_duplicates = 0;
  rl_variable_bind("input-meta", "on");
  rl_variable_bind("output-meta", "on");
  rl_variable_bind("convert-meta", "off");
  rl_initialize();
  cle_start_locale();  // readline has gone back to the environment's locale
  rl_add_defun("edit-in-editor", edit_in_editor, -1);
  const char *up[] = {"\033[A", "\033OA"}, *down[] = {"\033[B", "\033OB"};
  Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap};
  for (size_t m = 0; m < 2; m++) {
    for (size_t i = 0; i < 2; i++) {
      bind(up[i], rl_history_search_backward, rl_get_previous_history, maps[m]);
      bind(down[i], rl_history_search_forward, rl_get_next_history, maps[m]);
    }
    bind("\030\005", edit_in_editor, NULL, maps[m]);
  }
  bind("v", edit_in_editor, NULL, vi_movement_keymap);
  using_history();
}

void cle_add_history(const char *entry) {
  char *text = cle_locale_from_utf8(entry, strlen(entry));
  add_history(text);
  free(text);
}

// Reading

static void insert(const char *initial) {
  char *text = cle_locale_from_utf8(initial, strlen(initial));
  rl_insert_text(text);
  rl_redisplay();
  free(text);
}

static void redisplay(void) {
  cle_resume();
  rl_forced_update_display();
}

// Leaves the line on the screen, says what happened and puts readline back to its state between two lines.
static void abandon(const char *message) {
  if (!finished && !RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_SEARCH)) {
    rl_point = rl_end;
    rl_redisplay();
  }
  fputs(message, cle_out);
  cle_discard_input();
  if (finished) return;  // inside a key's function: readline has ended the line itself
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_cleanup_after_signal();
  rl_callback_handler_remove();
}

cle_input cle_read_editing(const char *prompt, const char *initial) {
  char *text = cle_locale_from_utf8(prompt, strlen(prompt));
  char *marked = cle_mark_escapes(text, RL_PROMPT_START_IGNORE, RL_PROMPT_END_IGNORE);
  free(text);
  finished = interrupted = wants_editor = false;
  stopped = 0;
  accepted = NULL;
  rl_callback_handler_install(marked, accept_line);
  if (initial && *initial) insert(initial);
  while (!finished && !interrupted && !stopped) {
    switch (cle_wait()) {
    case EVENT_INPUT: rl_callback_read_char(); break;
    case EVENT_INTERRUPT: interrupted = true; break;
    case EVENT_STOP: stopped = cle_stop_signal(); break;
    case EVENT_RESIZE: rl_resize_terminal(); break;
    case EVENT_SUSPEND: cle_suspend(); break;
    case EVENT_CONTINUE: redisplay(); break;
    }
  }
  free(marked);
  cle_input input = cle_result(CLE_INTERRUPTED, NULL, 0);
  if (stopped) {
    abandon("\n");
    input.outcome = CLE_STOPPED;
    input.code = stopped;
  } else if (interrupted) {
    abandon("^C\n");
  } else if (!accepted) {
    fputs("\n", cle_out);
    input.outcome = CLE_END;
  } else {
    input.outcome = wants_editor ? CLE_EDIT : CLE_LINE;
    input.text = cle_utf8_from_locale(accepted, strlen(accepted), &input.length);
  }
  using_history();
  free(accepted);
  return input;
}

#endif
