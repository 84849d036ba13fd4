/* SPDX-License-Identifier: MIT */
/*
 * replay.c - tries a fuzzer with the inputs that are files of a folder: a main for when
 * it is not linked with libFuzzer's.
 *
 *     fuzz_x FOLDER
 *
 * Each input lies in memory of exactly its size, so that a sanitizer sees a step beyond.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int try_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    uint8_t *data = NULL;
    size_t size;
    int tried = 0;

    if (!file || fstat(fileno(file), &st) < 0)
        goto end;
    size = (size_t)st.st_size;
    data = malloc(size);
    if ((!data && size > 0) || fread(data, 1, size, file) != size)
        goto end;
    LLVMFuzzerTestOneInput(data, size);
    tried = 1;
end:
    if (!tried)
        perror(path);
    free(data);
    if (file)
        fclose(file);
    return tried;
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count, tried = 0;

    count = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1;
    if (count < 0) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];

        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && !try_file(path))
            return EXIT_FAILURE;
        tried += entries[i]->d_name[0] != '.';
        free(entries[i]);
    }
    free(entries);
    printf("%d inputs\n", tried);
    return tried > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
