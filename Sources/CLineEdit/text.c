// Text between UTF-8 and what the terminal speaks.
#define _GNU_SOURCE
#include "internal.h"

#include <ctype.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static bool is_utf8 = true;

// In the C locale a terminal's characters above ASCII would be lost byte by byte, and nearly every terminal
// speaks UTF-8; Python makes the same choice (PEP 538).
void cle_start_locale(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0) {
    if (!setlocale(LC_CTYPE, "C.UTF-8")) setlocale(LC_CTYPE, "C.utf8");
  }
  is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool cle_locale_is_utf8(void) { return is_utf8; }

// A copy of `count` bytes and a NUL byte. Out of memory at a prompt has no better answer than to end.
char *cle_copy(const char *text, size_t count) {
  char *copy = malloc(count + 1);
  if (!copy) abort();
  memcpy(copy, text, count);
  copy[count] = 0;
  return copy;
}

static size_t put_utf8(char *to, wchar_t c) {
  unsigned long u = (unsigned long)c;
  if (u > 0x10FFFF || (u >= 0xD800 && u < 0xE000)) u = 0xFFFD;
  if (u < 0x80) return to[0] = (char)u, 1;
  if (u < 0x800) return to[0] = (char)(0xC0 | u >> 6), to[1] = (char)(0x80 | (u & 0x3F)), 2;
  size_t n = u < 0x10000 ? 3 : 4;
  to[0] = (char)((n == 3 ? 0xE0 : 0xF0) | u >> (6 * (n - 1)));
  for (size_t i = 1; i < n; i++) to[i] = (char)(0x80 | (u >> (6 * (n - 1 - i)) & 0x3F));
  return n;
}

char *cle_utf8_from_wide(const wchar_t *text, size_t count, size_t *length) {
  char *result = malloc(4 * count + 1);
  if (!result) abort();
  size_t n = 0;
  for (size_t i = 0; i < count; i++) n += put_utf8(result + n, text[i]);
  result[n] = 0;
  if (length) *length = n;
  return result;
}

// The text is UTF-8 that Swift made, so it is well formed.
wchar_t *cle_wide_from_utf8(const char *text) {
  wchar_t *result = malloc((strlen(text) + 1) * sizeof *result), *to = result;
  if (!result) abort();
  for (const unsigned char *c = (const unsigned char *)text; *c;) {
    int more = *c < 0x80 ? 0 : *c < 0xE0 ? 1 : *c < 0xF0 ? 2 : 3;
    unsigned long u = more == 0 ? *c : *c & (0x3FUL >> more);
    c++;
    while (more-- > 0 && (*c & 0xC0) == 0x80) u = u << 6 | (*c++ & 0x3F);
    *to++ = (wchar_t)u;
  }
  *to = 0;
  return result;
}

char *cle_utf8_from_locale(const char *bytes, size_t count, size_t *length) {
  if (is_utf8) {
    if (length) *length = count;
    return cle_copy(bytes, count);
  }
  char *result = malloc(4 * count + 1);
  if (!result) abort();
  size_t n = 0;
  mbstate_t state = {0};
  while (count > 0) {
    wchar_t c;
    size_t used = mbrtowc(&c, bytes, count, &state);
    if (used == (size_t)-1 || used == (size_t)-2) {
      c = 0xFFFD;
      used = 1;
      memset(&state, 0, sizeof state);
    }
    if (used == 0) used = 1;
    n += put_utf8(result + n, c);
    bytes += used;
    count -= used;
  }
  result[n] = 0;
  if (length) *length = n;
  return result;
}

char *cle_locale_from_utf8(const char *text, size_t count) {
  char *copy = cle_copy(text, count);
  if (is_utf8) return copy;
  wchar_t *wide = cle_wide_from_utf8(copy);
  free(copy);
  size_t room = wcslen(wide) * MB_CUR_MAX + 1, n = 0;
  char *result = malloc(room);
  if (!result) abort();
  mbstate_t state = {0};
  for (wchar_t *c = wide; *c; c++) {
    size_t used = wcrtomb(result + n, *c, &state);
    if (used == (size_t)-1) {
      result[n] = '?';
      used = 1;
      memset(&state, 0, sizeof state);
    }
    n += used;
  }
  result[n] = 0;
  free(wide);
  return result;
}

int cle_columns_of(const char *utf8) {
  wchar_t *wide = cle_wide_from_utf8(utf8);
  int columns = 0;
  for (wchar_t *c = wide; *c; c++) {
    int width = wcwidth(*c);
    columns += width < 0 ? 1 : width;
  }
  free(wide);
  return columns;
}

char *cle_mark_escapes(const char *prompt, char begin, char end) {
  char *result = malloc(3 * strlen(prompt) + 1), *to = result;
  if (!result) abort();
  while (*prompt) {
    if (prompt[0] == '\033' && prompt[1] == '[') {
      *to++ = begin;
      *to++ = *prompt++;
      *to++ = *prompt++;
      while (*prompt && (*prompt < '@' || *prompt > '~')) *to++ = *prompt++;
      if (*prompt) *to++ = *prompt++;
      *to++ = end;
    } else {
      *to++ = *prompt++;
    }
  }
  *to = 0;
  return result;
}

// libedit does not read readline's init file; a user's wish for vi keys is honoured all the same.
bool cle_inputrc_wants_vi(void) {
  const char *named = getenv("INPUTRC"), *home = getenv("HOME");
  char *path = NULL;
  if (named && *named) path = cle_copy(named, strlen(named));
  else if (!home || asprintf(&path, "%s/.inputrc", home) < 0) return false;
  FILE *file = fopen(path, "re");
  free(path);
  if (!file) return false;
  bool wants = false;
  char line[256], mode[16];
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, " set editing-mode %15s", mode) == 1) wants = strcmp(mode, "vi") == 0;
  }
  fclose(file);
  return wants;
}
