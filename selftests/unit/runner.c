// SPDX-License-Identifier: GPL-2.0-only
/* Runs KUnit suites as a process: unit [PART-OF-A-NAME]
 *
 * Each case, and each parameter of a case, is one line of TAP. No case at all
 * is a failure: the tests were not linked in, or the name is wrong.
 */

#include <kunit/test.h>

#define MAX_SUITES	16

static struct kunit_suite *suites[MAX_SUITES];
static unsigned int n_suites;
static unsigned int passed;
static unsigned int failed;

void unit_register(struct kunit_suite *suite)
{
	assert(n_suites < MAX_SUITES);
	suites[n_suites++] = suite;
}

void unit_failed(struct kunit *test, const char *file, int line,
		 const char *text, long long left, long long right)
{
	test->failed = true;
	printf("# %s:%d: expected %s, have %lld and %lld\n", file, line, text,
	       left, right);
}

static void run_one(const struct kunit_case *c, const char *name,
		    const void *param)
{
	struct kunit test = { .param_value = param };

	if (!setjmp(test.abort))
		c->run_case(&test);
	if (test.failed)
		failed++;
	else
		passed++;
	printf("%s %u - %s\n", test.failed ? "not ok" : "ok", passed + failed,
	       name);
}

static void run_case(const struct kunit_suite *suite,
		     const struct kunit_case *c, const char *filter)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	const void *param = NULL;
	char name[512];

	snprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
	if (filter && !strstr(name, filter))
		return;
	if (!c->generate_params) {
		run_one(c, name, NULL);
		return;
	}
	while ((param = c->generate_params(param, desc))) {
		snprintf(name, sizeof(name), "%s.%s: %s", suite->name, c->name,
			 desc);
		run_one(c, name, param);
	}
}

int main(int argc, char **argv)
{
	const struct kunit_case *c;
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n");
	for (i = 0; i < n_suites; i++)
		for (c = suites[i]->test_cases; c->run_case; c++)
			run_case(suites[i], c, argc > 1 ? argv[1] : NULL);
	printf("1..%u\n", passed + failed);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
