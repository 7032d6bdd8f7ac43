// SPDX-License-Identifier: GPL-2.0
/* What a kernel may send, good or bad: read, linked, shown both ways, and saved. */
#include "nl/model.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "vspanctl.h"
#include "fuzz.h"

static const nl_cb readers[] = {
	model_span_cb, model_source_cb, model_binding_cb, model_output_cb,
};

/* As nl.c walks a datagram; the kind of a message is what its type says. */
static void read_all(struct model *m, const void *data, size_t size)
{
	const struct nlmsghdr *nlh;
	int rest = (int)size;

	for (nlh = data; mnl_nlmsg_ok(nlh, rest); nlh = mnl_nlmsg_next(nlh, &rest))
		if (readers[nlh->nlmsg_type % ARRAY_SIZE(readers)](nlh, m))
			return;
}

static void show(const struct model *m, bool json)
{
	struct ctx ctx = { .stats = true };
	char *text = NULL;
	size_t len;

	ctx.out.fp = open_memstream(&text, &len);
	ctx.out.json = json;
	show_model(&ctx, m, NULL, show_span);
	fclose(ctx.out.fp);
	free(text);
}

static void save(const struct model *m)
{
	struct config c = { 0 };
	const struct entry *e;
	char *text = NULL;
	size_t i, len;
	FILE *fp;

	config_add_model(&c, m);
	e = c.entries.items;
	fp = open_memstream(&text, &len);
	for (i = 0; i < c.entries.count; i++)
		if (entry_can_be_said(&e[i]))
			entry_put(fp, &e[i]);
	fclose(fp);
	free(text);
	config_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model m = { 0 };
	void *copy = malloc(size + 1);	/* aligned, and its end is known */

	memcpy(copy, data, size);
	read_all(&m, copy, size);
	if (!model_link(&m)) {
		show(&m, false);
		show(&m, true);
		save(&m);
	}
	model_free(&m);
	free(copy);
	return 0;
}
