/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "document.h"

struct builder {
    yaml_parser_t parser;
    const char *text;
    size_t len;
    struct mistakes *mistakes;
};

static struct place place_of(yaml_mark_t mark)
{
    return (struct place){mark.line + 1, mark.column + 1};
}

/* Only what is not UTF-8 comes without a mark; everything before it is. */
static struct place place_of_offset(const char *text, size_t offset)
{
    struct place place = {1, 1};

    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n')
            place = (struct place){place.line + 1, 1};
        else if (((unsigned char)text[i] & 0xc0) != 0x80)
            place.column++;
    }
    return place;
}

/* Whether the line, from 1, has a tab before its first word. */
static bool is_indented_with_tab(const struct builder *b, size_t line)
{
    const char *at = b->text, *end = b->text + b->len;

    while (--line > 0 && at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));

        at = lf ? lf + 1 : end;
    }
    while (at < end && *at == ' ')
        at++;
    return at < end && *at == '\t';
}

static void add_syntax_mistake(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    struct place place = place_of(p->problem_mark);
    char context[160] = "";
    const char *hint = "";

    if (p->context && p->context_mark.line != p->problem_mark.line)
        snprintf(context, sizeof context, ", %s from line %zu", p->context,
                 p->context_mark.line + 1);
    else if (p->context)
        snprintf(context, sizeof context, ", %s", p->context);
    if (is_indented_with_tab(b, place.line))
        hint = " (indent with spaces, not with tabs)";
    mistakes_add(b->mistakes, place, NULL, "not valid YAML: %s%s%s", p->problem, context,
                 hint);
}

static void add_parser_mistake(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;

    if (p->error == YAML_MEMORY_ERROR)
        mistakes_add_no_memory(b->mistakes);
    else if (p->error == YAML_READER_ERROR)
        mistakes_add(b->mistakes, place_of_offset(b->text, p->problem_offset), NULL,
                     "not valid YAML: %s", p->problem);
    else
        add_syntax_mistake(b);
}

/* The caller deletes the event. False: the mistake is noted. */
static bool next_event(struct builder *b, yaml_event_t *ret)
{
    if (yaml_parser_parse(&b->parser, ret))
        return true;
    add_parser_mistake(b);
    return false;
}

static int nesting_of(yaml_event_type_t type)
{
    if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT)
        return 1;
    return type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT ? -1 : 0;
}

/* Passes over the rest of what began with an event of that type. */
static bool skip(struct builder *b, yaml_event_type_t type)
{
    yaml_event_t event;

    for (int depth = nesting_of(type); depth > 0; depth += nesting_of(type)) {
        if (!next_event(b, &event))
            return false;
        type = event.type;
        yaml_event_delete(&event);
    }
    return true;
}

/* NULL: out of memory, noted. */
static struct tree_node *add_node(struct builder *b, struct tree_node *parent,
                                  struct place place)
{
    struct tree_node *node = tree_add(parent, place);

    if (!node)
        mistakes_add_no_memory(b->mistakes);
    return node;
}

/* The text of a scalar, owned; NULL: out of memory, noted. Ends at a NUL within. */
static char *copy_scalar(struct builder *b, const yaml_event_t *event)
{
    char *text =
        strndup((const char *)event->data.scalar.value, event->data.scalar.length);

    if (!text)
        mistakes_add_no_memory(b->mistakes);
    return text;
}

static void refuse(struct builder *b, struct tree_node *node, const char *why)
{
    tree_mistake(b->mistakes, node, "%s", why);
    node->kind = TREE_REFUSED;
}

static const char no_anchors[] =
    "anchors (&) and aliases (*) are not supported: write it out";

/* What a node may carry in YAML and may not here; NULL: nothing. */
static const char *decoration_fault(const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        return no_anchors;
    return tag ? "tags (!) are not supported: leave it out" : NULL;
}

/* What is wrong with a scalar, be it a key or a value; NULL: nothing. */
static const char *scalar_fault(const yaml_event_t *event)
{
    size_t len = event->data.scalar.length;

    if (strnlen((const char *)event->data.scalar.value, len) < len)
        return "holds a NUL character";
    return decoration_fault(event->data.scalar.anchor, event->data.scalar.tag);
}

static bool is_null(const yaml_event_t *event, const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (strcmp(text, nulls[i]) == 0)
            return true;
    return false;
}

static bool fill_scalar(struct builder *b, struct tree_node *node,
                        const yaml_event_t *event)
{
    const char *fault = scalar_fault(event);

    node->text = copy_scalar(b, event);
    if (!node->text)
        return false;
    node->kind = is_null(event, node->text) ? TREE_NULL : TREE_TEXT;
    if (fault)
        refuse(b, node, fault);
    return true;
}

static bool fill_node(struct builder *b, struct tree_node *node,
                      const yaml_event_t *event, size_t depth);

static bool fill_list(struct builder *b, struct tree_node *list, size_t depth)
{
    yaml_event_t event;
    struct tree_node *node;
    bool more = true, good = true;

    while (more && good) {
        if (!next_event(b, &event))
            return false;
        more = event.type != YAML_SEQUENCE_END_EVENT;
        if (more) {
            node = add_node(b, list, place_of(event.start_mark));
            good = node && fill_node(b, node, &event, depth + 1);
        }
        yaml_event_delete(&event);
    }
    return good;
}

/* What a key must not be; NULL: it is fine. */
static const char *key_fault(const yaml_event_t *event)
{
    if (event->type != YAML_SCALAR_EVENT)
        return "a key must be plain text";
    return scalar_fault(event);
}

/* Adds the member whose key begins with the event; its value is yet to come. */
static struct tree_node *add_member(struct builder *b, struct tree_node *mapping,
                                    const yaml_event_t *event)
{
    struct tree_node *node = add_node(b, mapping, place_of(event->start_mark));

    if (!node)
        return NULL;
    node->key_place = node->place;
    if (event->type == YAML_SCALAR_EVENT)
        node->key = copy_scalar(b, event);
    else if (skip(b, event->type) && !(node->key = strdup("?")))
        mistakes_add_no_memory(b->mistakes);
    return node->key ? node : NULL;
}

static bool fill_member(struct builder *b, struct tree_node *mapping,
                        const yaml_event_t *key, size_t depth)
{
    struct tree_node *node = add_member(b, mapping, key);
    const char *fault = key_fault(key);
    yaml_event_t event;
    bool good;

    if (!node || !next_event(b, &event))
        return false;
    node->place = place_of(event.start_mark);
    good = fill_node(b, node, &event, depth + 1);
    yaml_event_delete(&event);
    if (good && fault) {
        tree_key_mistake(b->mistakes, node, "%s", fault);
        node->kind = TREE_REFUSED;
    }
    return good;
}

static int compare_keys(const void *left, const void *right)
{
    const struct tree_node *a = *(struct tree_node *const *)left;
    const struct tree_node *b = *(struct tree_node *const *)right;
    int order = strcmp(a->key, b->key);

    return order ? order : place_compare(a->key_place, b->key_place);
}

/* Of members with the same key the first one counts. */
static bool refuse_repeated(struct builder *b, struct tree_node *mapping)
{
    struct tree_node **nodes = calloc(mapping->count + 1, sizeof *nodes);
    size_t first = 0;

    if (!nodes) {
        mistakes_add_no_memory(b->mistakes);
        return false;
    }
    for (struct tree_node *node = mapping->first; node; node = node->next)
        nodes[node->index] = node;
    qsort(nodes, mapping->count, sizeof *nodes, compare_keys);
    for (size_t i = 1; i < mapping->count; i++) {
        if (strcmp(nodes[first]->key, nodes[i]->key) != 0) {
            first = i;
            continue;
        }
        tree_key_mistake(b->mistakes, nodes[i], "already given in line %zu",
                         nodes[first]->key_place.line);
        nodes[i]->kind = TREE_REFUSED;
    }
    free(nodes);
    return true;
}

static bool fill_mapping(struct builder *b, struct tree_node *mapping, size_t depth)
{
    yaml_event_t event;
    bool more = true, good = true;

    while (more && good) {
        if (!next_event(b, &event))
            return false;
        more = event.type != YAML_MAPPING_END_EVENT;
        if (more)
            good = fill_member(b, mapping, &event, depth);
        yaml_event_delete(&event);
    }
    return good && refuse_repeated(b, mapping);
}

/* A list or a mapping. */
static bool fill_collection(struct builder *b, struct tree_node *node,
                            const yaml_event_t *event, size_t depth)
{
    bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
    const char *fault = is_list ? decoration_fault(event->data.sequence_start.anchor,
                                                   event->data.sequence_start.tag)
                                : decoration_fault(event->data.mapping_start.anchor,
                                                   event->data.mapping_start.tag);

    if (depth >= DOCUMENT_DEPTH_MAX) {
        refuse(b, node, "too many lists and mappings within each other");
        return skip(b, event->type);
    }
    node->kind = is_list ? TREE_LIST : TREE_MAPPING;
    if (!(is_list ? fill_list(b, node, depth) : fill_mapping(b, node, depth)))
        return false;
    if (fault)
        refuse(b, node, fault);
    return true;
}

/* What begins with the event, to its end. False: the mistake is noted. */
static bool fill_node(struct builder *b, struct tree_node *node,
                      const yaml_event_t *event, size_t depth)
{
    if (event->type == YAML_SCALAR_EVENT)
        return fill_scalar(b, node, event);
    if (nesting_of(event->type) > 0)
        return fill_collection(b, node, event, depth);
    refuse(b, node, no_anchors); /* an alias */
    return true;
}

/* Passes over one event. */
static bool drop_event(struct builder *b, yaml_event_type_t *ret_type,
                       struct place *ret_place)
{
    yaml_event_t event;

    if (!next_event(b, &event))
        return false;
    *ret_type = event.type;
    *ret_place = place_of(event.start_mark);
    yaml_event_delete(&event);
    return true;
}

/* The one node of a document whose start has been passed over. */
static struct tree_node *build_root(struct builder *b)
{
    yaml_event_t event;
    struct tree_node *root;

    if (!next_event(b, &event))
        return NULL;
    root = add_node(b, NULL, place_of(event.start_mark));
    if (root && !fill_node(b, root, &event, 0)) {
        tree_free(root);
        root = NULL;
    }
    yaml_event_delete(&event);
    return root;
}

/* Passes over the end of the document, which must be the end of the text. */
static bool finish_stream(struct builder *b)
{
    yaml_event_type_t type;
    struct place place;

    if (!drop_event(b, &type, &place) || !drop_event(b, &type, &place))
        return false;
    if (type != YAML_STREAM_END_EVENT)
        mistakes_add(b->mistakes, place, NULL,
                     "a second document begins here: the file must be a single one");
    return true;
}

static struct tree_node *build_tree(struct builder *b)
{
    yaml_event_type_t type;
    struct place place;
    struct tree_node *root;

    if (!drop_event(b, &type, &place) || !drop_event(b, &type, &place))
        return NULL;
    if (type == YAML_STREAM_END_EVENT)
        return add_node(b, NULL, (struct place){1, 1});
    root = build_root(b);
    if (root && finish_stream(b))
        return root;
    tree_free(root);
    return NULL;
}

struct tree_node *document_parse(const char *text, size_t len, struct mistakes *mistakes)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct builder b = {.text = text, .len = len, .mistakes = mistakes};
    struct tree_node *root;

    if (len >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0) {
        b.text += strlen(bom);
        b.len -= strlen(bom);
    }
    if (!yaml_parser_initialize(&b.parser)) {
        mistakes_add_no_memory(mistakes);
        return NULL;
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.text, b.len);
    root = build_tree(&b);
    yaml_parser_delete(&b.parser);
    return root;
}
