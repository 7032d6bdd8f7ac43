// SPDX-License-Identifier: GPL-2.0
/* save: writes the state of the kernel to a file. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "args/filter.h"
#include "config/snapshot.h"
#include "vspanctl.h"

#define HEADER	"# Virtual SPAN ports, written by: vspanctl save\n" \
		"# vspanctl restore makes what is here of what there is; see vspanctl(8).\n"

/* The file is read at boot, when names of hosts cannot be resolved yet. */
static int resolve_filter(struct entry *e)
{
	char text[ENTRY_TEXT_LEN], why[ARGS_ERR_LEN];
	char was[sizeof(e->a.filter)];
	int ret;

	strcpy(was, e->a.filter);
	ret = filter_resolve(e->a.filter, why, sizeof(why));
	entry_text(e, text, sizeof(text));
	if (ret > 0)
		report("save: \"%s\": the hosts that filter \"%.80s\" names are saved as the addresses they have now",
		       text, was);
	else if (ret < 0)
		report("save: \"%s\" would not come back: %s", text, why);
	return ret < 0 ? EXIT_REFUSED : EXIT_OK;
}

static int check_words(struct config *c)
{
	struct entry *e = c->entries.items;
	char text[ENTRY_TEXT_LEN];
	size_t i;

	for (i = 0; i < c->entries.count; i++, e++) {
		if (entry_is_nameless(e))
			continue;
		if (entry_can_be_said(e)) {
			if (*e->a.filter && resolve_filter(e))
				return EXIT_REFUSED;
			continue;
		}
		report("save: there are no words for \"%s\", which was not made by vspanctl; delete or rename it and save again",
		       entry_text(e, text, sizeof(text)));
		return EXIT_REFUSED;
	}
	return EXIT_OK;
}

/* Warn of entries that cannot be restored. The others are saved. */
static int warn_nameless(const struct config *c)
{
	const struct entry *e = c->entries.items;
	int ret = EXIT_OK;
	size_t i;

	for (i = 0; i < c->entries.count; i++, e++) {
		if (e->kind != ENTRY_SPAN || !entry_is_nameless(e))
			continue;
		report("save: %s is in a network namespace without a name (id %d), so its lines are comments; name it with: ip netns attach NETNS PID",
		       e->a.span, e->a.netnsid);
		ret = EXIT_REFUSED;
	}
	return ret;
}

static void write_config(FILE *fp, const struct config *c)
{
	const struct entry *e = c->entries.items;
	size_t i;

	fputs(HEADER, fp);
	for (i = 0; i < c->entries.count; i++, e++) {
		if (e->kind == ENTRY_SPAN)
			putc('\n', fp);
		if (entry_is_nameless(e))
			entry_put_lines(fp, "# ", e);
		else
			entry_put(fp, e);
	}
}

/* The new file gets the owner and the permissions of the old one. */
static int take_after(int fd, const char *path)
{
	struct stat st;
	mode_t mask;

	if (!stat(path, &st)) {
		if (fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EPERM)
			return -errno;
		return fchmod(fd, st.st_mode & 07777) < 0 ? -errno : 0;
	}
	mask = umask(0);
	umask(mask);
	return fchmod(fd, 0666 & ~mask) < 0 ? -errno : 0;
}

static int write_all(int fd, const char *path, const struct config *c)
{
	FILE *fp = fdopen(fd, "w");
	int err;

	if (!fp) {
		err = -errno;
		close(fd);
		return err;
	}
	err = take_after(fd, path);
	errno = 0;
	write_config(fp, c);
	if (!err && (fflush(fp) || ferror(fp) || fsync(fd) < 0))
		err = errno ? -errno : -EIO;
	if (fclose(fp) && !err)
		err = -errno;
	return err;
}

/* The new name must survive a power failure, too. */
static void sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* Replace the file as a whole; on an error the old file stays as it was. */
static int replace(const char *path, const char *dir, const struct config *c)
{
	char *tmp;
	int fd, err;

	if (asprintf(&tmp, "%s/.vspan.conf.XXXXXX", dir) < 0)
		return -ENOMEM;
	fd = mkostemp(tmp, O_CLOEXEC);
	err = fd < 0 ? -errno : write_all(fd, path, c);
	if (!err && rename(tmp, path) < 0)
		err = -errno;
	if (err && fd >= 0)
		unlink(tmp);
	free(tmp);
	if (!err)
		sync_dir(dir);
	return err;
}

/* Follow symbolic links, so that their target is replaced. */
static char *real_path(const char *file)
{
	char *path = realpath(file, NULL);

	return !path && errno == ENOENT ? strdup(file) : path;
}

static int save_file(const char *file, const struct config *c)
{
	char *path = real_path(file), *dir;
	struct stat st;
	int err;

	if (!path)
		return refused(NULL, -errno, "save to %s", file);
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		report("save to %s: it is no file that can be replaced; write to standard output with: vspanctl save -",
		       file);
		free(path);
		return EXIT_REFUSED;
	}
	dir = strdup(path);
	err = dir ? replace(path, dirname(dir), c) : -ENOMEM;
	free(dir);
	free(path);
	return err ? refused(NULL, err, "save to %s", file) : EXIT_OK;
}

/**
 * cmd_save - vspanctl save [ FILE ]
 * @ctx: context
 * @argc: number of words
 * @argv: words after save
 *
 * Return: exit code.
 */
int cmd_save(struct ctx *ctx, int argc, char **argv)
{
	struct config c = { 0 };
	const char *file;
	int ret;

	ret = config_file(ctx, "save", argc, argv, &file);
	if (ret)
		return ret;
	if (ctx_open(ctx))
		return EXIT_REFUSED;
	ret = snapshot(ctx, "save", &c);
	if (!ret)
		ret = check_words(&c);
	if (!ret && strcmp(file, "-"))
		ret = save_file(file, &c);
	else if (!ret)
		write_config(ctx->out.fp, &c);
	if (!ret)
		ret = warn_nameless(&c);
	config_free(&c);
	return ret;
}
