/* SPDX-License-Identifier: MIT */
#include "log.h"
#include "said.h"
#include "unit.h"

#include <pthread.h>
#include <regex.h>
#include <string.h>
#include <sys/stat.h>

static void matches(const char *text, const char *pattern)
{
    regex_t regex;

    ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    ck_assert_msg(regexec(&regex, text, 0, NULL, 0) == 0, "%s is not like %s", text,
                  pattern);
    regfree(&regex);
}

START_TEST(a_line_has_a_time_and_a_level)
{
    struct said said;
    char *text;

    said_begin(&said, STDERR_FILENO);
    log_line(LEVEL_WARNING, "%d of %s", 3, "them");
    text = said_end(&said);
    matches(text, "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} "
                  "warning: 3 of them\n$");
    free(text);
}
END_TEST

START_TEST(lines_above_the_level_are_not_written)
{
    for (int set = 0; set < LEVEL_COUNT; set++)
        for (int level = 0; level < LEVEL_COUNT; level++) {
            struct said said;
            char *text;

            log_set_level((enum level)set);
            said_begin(&said, STDERR_FILENO);
            log_line((enum level)level, "said");
            text = said_end(&said);
            ck_assert_int_eq(text[0] != '\0', level <= set);
            free(text);
        }
}
END_TEST

START_TEST(debug_is_not_written_before_anybody_asks)
{
    struct said said;
    char *text;

    said_begin(&said, STDERR_FILENO);
    log_line(LEVEL_DEBUG, "not said");
    log_line(LEVEL_INFO, "said");
    text = said_end(&said);
    ck_assert_ptr_null(strstr(text, "not said"));
    ck_assert_ptr_nonnull(strstr(text, "info: said\n"));
    free(text);
}
END_TEST

START_TEST(the_journal_gets_a_priority)
{
    static const char *const lines[LEVEL_COUNT] = {
        [LEVEL_ERROR] = "<3>line\n",  [LEVEL_WARNING] = "<4>line\n",
        [LEVEL_NOTICE] = "<5>line\n", [LEVEL_INFO] = "<6>line\n",
        [LEVEL_DEBUG] = "<7>line\n",
    };

    log_set_level(LEVEL_DEBUG);
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct said said;
        char name[64], *text;
        struct stat st;

        said_begin(&said, STDERR_FILENO);
        ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
        snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)st.st_dev,
                 (unsigned long long)st.st_ino);
        setenv("JOURNAL_STREAM", name, 1);
        log_line((enum level)level, "line");
        text = said_end(&said);
        ck_assert_str_eq(text, lines[level]);
        free(text);
    }
}
END_TEST

START_TEST(a_journal_that_is_not_ours_gets_nothing_special)
{
    static const char *const names[] = {"1:2", "nonsense", "", ":", "1"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct said said;
        char *text;

        setenv("JOURNAL_STREAM", names[i], 1);
        said_begin(&said, STDERR_FILENO);
        log_line(LEVEL_ERROR, "line");
        text = said_end(&said);
        matches(text, "^[0-9].* error: line\n$");
        free(text);
    }
}
END_TEST

START_TEST(a_line_too_long_is_cut_and_still_a_line)
{
    char *longest = malloc(5001), *text;

    ck_assert_ptr_nonnull(longest);
    memset(longest, 'x', 5000);
    for (size_t len = 900; len <= 5000; len += len < 1100 ? 1 : 3900) {
        struct said said;

        longest[len] = '\0';
        said_begin(&said, STDERR_FILENO);
        log_line(LEVEL_ERROR, "%s", longest);
        text = said_end(&said);
        ck_assert_uint_le(strlen(text), 1024);
        ck_assert_uint_ge(strlen(text), 900);
        ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
        longest[len] = 'x';
        free(text);
    }
    free(longest);
}
END_TEST

static void *write_lines(void *arg)
{
    for (int i = 0; i < 200; i++)
        log_line(LEVEL_NOTICE, "%s", (const char *)arg);
    return NULL;
}

START_TEST(lines_of_several_threads_are_not_mixed)
{
    static char texts[3][100];
    pthread_t threads[3];
    struct said said;
    int count = 0;
    char *text;

    said_begin(&said, STDERR_FILENO);
    for (int i = 0; i < 3; i++) {
        memset(texts[i], 'a' + i, 99);
        pthread_create(&threads[i], NULL, write_lines, texts[i]);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    text = said_end(&said);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), count++)
        matches(line, "^[0-9: .-]+ notice: (a{99}|b{99}|c{99})$");
    ck_assert_int_eq(count, 600);
    free(text);
}
END_TEST

UNIT_MAIN("log", a_line_has_a_time_and_a_level, lines_above_the_level_are_not_written,
          debug_is_not_written_before_anybody_asks, the_journal_gets_a_priority,
          a_journal_that_is_not_ours_gets_nothing_special,
          a_line_too_long_is_cut_and_still_a_line, lines_of_several_threads_are_not_mixed)
