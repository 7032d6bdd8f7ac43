// SPDX-License-Identifier: GPL-2.0
/* The screen of top, with ncurses. In a separate file because of ncurses' macros (bool,
 * OK, ...).
 */
#include "watch/top.h"

#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define KEYS	"q: quit, arrows: scroll"
#define CTRL_L	0x0c	/* what other programs have written over is drawn anew */

/* There is only one screen. */
static struct {
	SCREEN *term;
	bool has_colours;
	int from;	/* rows passed over behind the heading */
	int row;	/* that comes next, as top_rows() counts */
} screen;

/**
 * top_screen_open - Set up the terminal.
 *
 * Return: 0, or -1 if its type is not known.
 */
int top_screen_open(void)
{
	setlocale(LC_CTYPE, "");
	screen.term = newterm(NULL, stdout, stdin);
	if (!screen.term)
		return -1;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	screen.has_colours = has_colors() && !getenv("NO_COLOR") &&
			     start_color() == OK;
	if (screen.has_colours) {
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
	}
	return 0;
}

/**
 * top_screen_close - Restore the terminal.
 */
void top_screen_close(void)
{
	endwin();
	delscreen(screen.term);
	screen.term = NULL;
}

static attr_t look(enum top_kind kind)
{
	switch (kind) {
	case TOP_HEAD:
		return A_REVERSE;
	case TOP_SPAN:
		return A_BOLD;
	case TOP_DROP:
		return screen.has_colours ? COLOR_PAIR(1) : A_NORMAL;
	default:
		return A_NORMAL;
	}
}

/* The heading is fixed, the other rows scroll. The last line shows the keys. */
static void draw_row(void *data, enum top_kind kind, const char *text)
{
	int y = screen.row++;

	(void)data;
	if (kind != TOP_HEAD)
		y -= screen.from;
	if (y < 0 || (kind != TOP_HEAD && !y) || y >= LINES - 1)
		return;
	attrset(look(kind));
	mvaddnstr(y, 0, text, COLS);
	attrset(A_NORMAL);
}

/**
 * top_screen_draw - Draw the table.
 * @t: the counts
 */
void top_screen_draw(const struct top *t)
{
	erase();
	screen.row = 0;
	top_rows(t, draw_row, NULL);
	/* One line at least stays. */
	if (screen.from > 0 && screen.from > screen.row - 2) {
		screen.from = screen.row > 2 ? screen.row - 2 : 0;
		erase();
		screen.row = 0;
		top_rows(t, draw_row, NULL);
	}
	attrset(A_DIM);
	mvaddnstr(LINES - 1, 0, KEYS, COLS);
	attrset(A_NORMAL);
	refresh();
}

static void scroll_by(int rows)
{
	screen.from += rows;
	if (screen.from < 0)
		screen.from = 0;
}

/* getch() does not wait if the terminal is gone. */
static bool hung_up(void)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&fd, 1, 0) > 0 && fd.revents & (POLLHUP | POLLERR);
}

/**
 * top_screen_wait - Wait for a key.
 * @ms: milliseconds, at most
 *
 * Return: false if the user has quit or the terminal is gone. True if the table has to be
 * drawn again: the time is up, the screen has another size, or the user has scrolled.
 */
bool top_screen_wait(uint64_t ms)
{
	timeout(ms < INT32_MAX ? (int)ms : INT32_MAX);
	switch (getch()) {
	case 'q':
	case 'Q':
		return false;
	case CTRL_L:
		clearok(curscr, TRUE);
		return true;
	case KEY_UP:
		scroll_by(-1);
		return true;
	case KEY_DOWN:
		scroll_by(1);
		return true;
	case KEY_PPAGE:
		scroll_by(2 - LINES);
		return true;
	case KEY_NPAGE:
		scroll_by(LINES - 2);
		return true;
	case ERR:
		return !hung_up();
	default:
		return true;
	}
}
