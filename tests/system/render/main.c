/* Writes every page of the samples, in every flavour, and the assets into a folder, for the browser
 * tests: FOLDER/cases.full.html, FOLDER/parts/cases.full.html, FOLDER/assets/...,
 * FOLDER/index.json. */
#include "services/gateway/pages/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "gateway/pages/assets.h"
#include "pages/assets.h"

static void write_file(const char *folder, const char *name, struct view bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len || fclose(file) != 0) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
}

static void must(res_t res, const char *name)
{
    if (res.act == RES_OK)
        return;
    fprintf(stderr, "%s: %s\n", name, res.what);
    exit(1);
}

static void write_parts(const char *folder, const struct sample *sample, enum flavour flavour)
{
    struct view names[16];
    struct part_names parts = {names, 0};
    for (struct view rest = view_of(sample->parts); rest.ptr != NULL;)
        names[parts.len++] = view_cut(&rest, ',');
    struct buf out = {0};
    char name[128];
    snprintf(name, sizeof name, "parts/%s.%s.html", sample->name, flavour_names[flavour]);
    must(sample->render(flavour, &parts, &out), name);
    write_file(folder, name, buf_as_view(&out));
    buf_done(&out);
}

int main(int argc, char **argv)
{
    static const char *const assets[] = {ASSET_STYLE, ASSET_SCRIPT, ASSET_GOVUK};
    if (argc != 2)
        return 2;
    static const char *const folders[] = {"", "/parts", "/assets"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        char path[512];
        snprintf(path, sizeof path, "%s%s", argv[1], folders[i]);
        mkdir(path, 0755);
    }
    struct buf index = {0};
    buf_text(&index, "[");
    for (size_t i = 0; i < sample_count; i++) {
        for (enum flavour f = 0; f < FLAVOUR_MAX_; f++) {
            struct buf out = {0};
            char name[128];
            snprintf(name, sizeof name, "%s.%s.html", samples[i].name, flavour_names[f]);
            must(samples[i].render(f, NULL, &out), name);
            write_file(argv[1], name, buf_as_view(&out));
            buf_done(&out);
            if (samples[i].parts != NULL)
                write_parts(argv[1], &samples[i], f);
        }
        buf_printf(&index, "%s\n{\"name\":\"%s\",\"parts\":\"%s\"}", i > 0 ? "," : "",
            samples[i].name, samples[i].parts == NULL ? "" : samples[i].parts);
    }
    buf_text(&index, "]\n");
    write_file(argv[1], "index.json", buf_as_view(&index));
    buf_done(&index);
    for (size_t i = 0; i < ARRAY_LEN(assets); i++) {
        const struct asset *asset = asset_find(view_of(assets[i]));
        MUST(asset != NULL);
        write_file(argv[1], asset->path + 1, asset->plain);
    }
    return 0;
}
