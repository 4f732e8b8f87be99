// Completion candidates: collecting them, what they have in common, the list below the prompt.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static cle_completer completer;
static void *completer_context;

void cle_set_completer(cle_completer function, void *context) {
  completer = function;
  completer_context = context;
}

cle_candidates cle_complete(const char *line, size_t cursor) {
  cle_candidates candidates = {.start = cursor, .end = cursor};
  if (completer) completer(completer_context, line, cursor, &candidates);
  size_t length = strlen(line);
  if (candidates.end > length) candidates.end = length;
  if (candidates.end < cursor) candidates.end = cursor;
  if (candidates.start > cursor) candidates.start = cursor;
  return candidates;
}

void cle_replace(cle_candidates *candidates, size_t start, size_t end) {
  candidates->start = start;
  candidates->end = end;
}

void cle_offer(cle_candidates *candidates, const char *text, const char *description, char suffix) {
  if (candidates->count == candidates->capacity) {
    size_t capacity = candidates->capacity ? 2 * candidates->capacity : 16;
    cle_candidate *items = realloc(candidates->items, capacity * sizeof *items);
    if (!items) return;
    candidates->items = items;
    candidates->capacity = capacity;
  }
  cle_candidate item = {cle_copy(text, strlen(text)), cle_copy(description, strlen(description)), suffix};
  candidates->items[candidates->count++] = item;
}

void cle_free_candidates(cle_candidates *candidates) {
  for (size_t i = 0; i < candidates->count; i++) {
    free(candidates->items[i].text);
    free(candidates->items[i].description);
  }
  free(candidates->items);
  *candidates = (cle_candidates){0};
}

// The number of leading bytes that all candidates share, whole characters only.
size_t cle_common_prefix(const cle_candidates *candidates) {
  if (candidates->count == 0) return 0;
  const char *first = candidates->items[0].text;
  size_t length = strlen(first);
  for (size_t i = 1; i < candidates->count; i++) {
    const char *other = candidates->items[i].text;
    size_t same = 0;
    while (same < length && other[same] == first[same]) same++;
    length = same;
  }
  while (length > 0 && ((unsigned char)first[length] & 0xC0) == 0x80) length--;
  return length;
}

static void print(const char *utf8) {
  char *text = cle_locale_from_utf8(utf8, strlen(utf8));
  fputs(text, cle_out);
  free(text);
}

static void pad(int columns) {
  for (int i = 0; i < columns; i++) fputc(' ', cle_out);
}

// Cuts a description, in place, to the columns there are.
static void cut(char *text, int columns) {
  size_t length = strlen(text);
  while (length > 0 && cle_columns_of(text) > columns) {
    do length--; while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80);
    text[length] = 0;
  }
}

// Lists the candidates with their descriptions, one on a line; in columns and without descriptions where
// there are none or more than fit the screen. The cursor ends at the start of a line.
void cle_list_candidates(const cle_candidates *candidates, int rows, int columns) {
  int widest = 0;
  bool described = false;
  for (size_t i = 0; i < candidates->count; i++) {
    int width = cle_columns_of(candidates->items[i].text);
    if (width > widest) widest = width;
    described = described || candidates->items[i].description[0];
  }
  fputs("\n", cle_out);
  bool one_each = described && candidates->count + 2 <= (size_t)(rows > 4 ? rows : 4);
  size_t across = one_each || columns <= 0 ? 1 : (size_t)(columns / (widest + 2));
  if (across == 0) across = 1;
  size_t down = (candidates->count + across - 1) / across;
  for (size_t row = 0; row < down; row++) {
    for (size_t i = row; i < candidates->count; i += down) {
      cle_candidate *item = &candidates->items[i];
      print(item->text);
      bool last = i + down >= candidates->count;
      if (!last || (one_each && item->description[0])) pad(widest + 2 - cle_columns_of(item->text));
      if (one_each) {
        cut(item->description, columns - widest - 3);
        print(item->description);
      }
    }
    fputs("\n", cle_out);
  }
}
