// SPDX-License-Identifier: GPL-2.0
/*
 * pkt own SPAN: one socket requests twice to own the span, then another socket does.
 * Prints the three errnos. The sockets are closed when the program ends.
 */
#include <linux/vspan.h>
#include <stdio.h>

#include "pkt.h"
#include "request.h"

static int own(struct request *r, const char *span)
{
	const uint8_t one = 1;

	request_start(r, r->family, VSPAN_CMD_SPAN_SET, 0);
	request_string(r, VSPAN_A_SPAN_NAME, span);
	request_attr(r, VSPAN_A_SPAN_OWNED, &one, sizeof(one));
	return request_do(r);
}

int own_main(int argc, char **argv)
{
	static struct request first, second;
	int errs[3];

	if (argc != 1)
		die("own: which span?");
	request_open(&first, NULL, NETLINK_GENERIC);
	request_open(&second, NULL, NETLINK_GENERIC);
	errs[0] = own(&first, argv[0]);
	errs[1] = own(&first, argv[0]);
	errs[2] = own(&second, argv[0]);
	printf("%d %d %d\n", errs[0], errs[1], errs[2]);
	return 0;
}
