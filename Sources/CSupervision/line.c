#include "line.h"

#include "CConsole.h"
#include "CSupervision.h"
#include "place.h"

void append(line_t *line, const char *text) {
    // The last byte is reserved for the newline.
    while (*text && line->length < LINE_SIZE - 1) line->text[line->length++] = *text++;
}

void append_number(line_t *line, long number) {
    char digits[24];
    char *first = digits + sizeof digits - 1;
    unsigned long rest = number < 0 ? 0 - (unsigned long)number : (unsigned long)number;
    *first = 0;
    do *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0) *--first = '-';
    append(line, first);
}

void begin_line(line_t *line) {
    char place[PLACE_SIZE];
    read_place(place);
    line->length = 0;
    append(line, "active-bench: ");
    append(line, place);
    if (place[0]) append(line, ": ");
}

static void append_place_in_time(line_t *line, const char *before_phase) {
    const char *phase = current_phase();
    long step = current_step();
    if (phase) {
        append(line, before_phase);
        append(line, phase);
    }
    if (step >= 0) {
        append(line, " at step ");
        append_number(line, step);
    }
}

void append_phase(line_t *line) { append_place_in_time(line, " in "); }

void write_line(line_t *line) {
    line->text[line->length++] = '\n';
    ab_note(line->text, line->length);
}

void ab_write_where(char *text, size_t size) {
    if (size == 0) return;
    char place[PLACE_SIZE];
    read_place(place);
    line_t line = {.length = 0};
    append(&line, place);
    append_place_in_time(&line, place[0] ? ", " : "");
    size_t length = line.length < size - 1 ? line.length : size - 1;
    for (size_t i = 0; i < length; i++) text[i] = line.text[i];
    text[length] = 0;
}
