// SPDX-License-Identifier: GPL-2.0
/*
 * Sends GSO packets of a VM that cannot be segmented:
 *   pkt broken DEV ns=NAME count=N len=BYTES
 * The length in the TCP header is shorter than a TCP header.
 */
#include <string.h>

#include "probe.h"

int broken_main(int argc, char **argv)
{
	static uint8_t buf[65536];
	uint32_t count = 10, len = 14034, i;
	struct flow f;
	const char *v;
	int err;

	if (!argc)
		die("broken: no device");
	probe_flow(&f, ROLE_SEND);
	f.dev = argv[0];
	f.vnet = true;
	f.gso = 1448;
	for (i = 1; i < (uint32_t)argc; i++) {
		if ((v = opt_value(argv[i], "ns")))
			f.ns = v;
		else if ((v = opt_value(argv[i], "count")))
			count = opt_number("count", v, 1000);
		else if ((v = opt_value(argv[i], "len")))
			len = opt_number("len", v, 60000);
		else
			die("broken: unknown word '%s'", argv[i]);
	}
	port_open(&f, NULL, 0);
	for (i = 0; i < count; i++) {
		super_build(&f.s, i, len, buf);
		buf[14 + 20 + 12] = 1 << 4;
		err = port_write(&f, buf, len);
		if (err)
			die("send to %s: %s", f.dev, strerror(err));
	}
	return 0;
}
