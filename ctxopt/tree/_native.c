/* The compiled reader of folders: the columns that ctxopt/tree/reader.py and folder.py make of one.

   Linux only, against the stable ABI of Python 3.11. Everything below a root is reached by
   descriptor and never through a symbolic link, so a folder that is swapped for a link while it is
   read is an error and no way out. Python's lock is not held while the system is asked.
   Decides nothing about patterns; the Python modules are the reference that tests hold it against. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Numbers that are the same on every architecture, for headers older than the calls. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define CALL_GETXATTRAT 464
#define CALL_LISTXATTRAT 465

#define RESOLVE_NOTHING_ODD 0x06 /* RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS */
#define LONGEST_PATH 4000        /* bytes of a path in one call: the kernel takes 4,095 */
#define DIRENT_BYTES 32768
#define CHUNK 32768              /* bytes of content in one data packet, as in wire.py */
#define CAPABILITY_BYTES 20
#define FIRST_FAR_MTIME 8589934592 /* 8**11 seconds, as in folder.py */
#define PROC_NAME_BYTES (sizeof("/proc/self/fd//") + 12 + NAME_MAX)

enum { FILE_KIND = 'f', DIR_KIND = 'd', LINK_KIND = 'l', FIFO_KIND = 'p',
       SOCKET_KIND = 's', CHAR_KIND = 'c', BLOCK_KIND = 'b' };
enum { EXCLUDED = 1, REFUSED = 2, UNREADABLE = 4 };

/* ---- Memory that grows ---- */

typedef struct {
    char *bytes;
    size_t length, capacity;
} Buffer;

/* Room for `more` bytes at the end, or NULL when memory is out. */
static char *reserve(Buffer *buffer, size_t more)
{
    if (more > SIZE_MAX / 2 - buffer->length)
        return NULL;
    size_t needed = buffer->length + more;
    if (needed > buffer->capacity || !buffer->bytes) {
        size_t capacity = buffer->capacity * 2;
        if (capacity < needed || !capacity)
            capacity = needed ? needed : 1;
        char *bytes = realloc(buffer->bytes, capacity);
        if (!bytes)
            return NULL;
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->length;
}

static bool append(Buffer *buffer, const void *bytes, size_t length)
{
    char *place = reserve(buffer, length);
    if (!place)
        return false;
    if (length)
        memcpy(place, bytes, length);
    buffer->length += length;
    return true;
}

/* ---- What goes on the wire: wire.py says where each formula comes from ---- */

static unsigned varint(unsigned __int128 value)
{
    uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
    unsigned bits = 1;
    if (high)
        bits = 128 - (unsigned)__builtin_clzll(high);
    else if (low)
        bits = 64 - (unsigned)__builtin_clzll(low);
    return (bits + 6) / 7;
}

static uint64_t number_field(__int128 value)
{
    if (!value)
        return 0;
    if (value < 0)
        return 1 + 10;
    return 1 + varint((unsigned __int128)value);
}

static uint64_t text_field(uint64_t length)
{
    return length ? 1 + varint(length) + length : 0;
}

static uint64_t go_mode(mode_t mode)
{
    uint64_t bits = mode & 0777;
    switch (mode & S_IFMT) {
    case S_IFDIR: bits |= UINT64_C(1) << 31; break;
    case S_IFLNK: bits |= UINT64_C(1) << 27; break;
    case S_IFIFO: bits |= UINT64_C(1) << 25; break;
    case S_IFBLK: bits |= UINT64_C(1) << 26; break;
    case S_IFCHR: bits |= UINT64_C(1) << 26 | UINT64_C(1) << 21; break;
    }
    if (mode & S_ISUID) bits |= UINT64_C(1) << 23;
    if (mode & S_ISGID) bits |= UINT64_C(1) << 22;
    if (mode & S_ISVTX) bits |= UINT64_C(1) << 20;
    return bits;
}

static char kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return FILE_KIND;
    case S_IFDIR: return DIR_KIND;
    case S_IFLNK: return LINK_KIND;
    case S_IFIFO: return FIFO_KIND;
    case S_IFSOCK: return SOCKET_KIND;
    case S_IFCHR: return CHAR_KIND;
    case S_IFBLK: return BLOCK_KIND;
    }
    return (char)(mode >> 12);
}

/* ---- Sums over entries: Tally in model.py ---- */

typedef struct {
    int64_t entries, files, bytes, wire, messages, excluded, excluded_bytes, largest;
} Sums;

/* Add a file's data packets, without the entry numbers in them. */
static void add_content(Sums *sums, int64_t size)
{
    int64_t full = size / CHUNK, rest = size % CHUNK;
    sums->files++;
    sums->bytes += size;
    sums->messages += full + (rest > 0) + 1;
    sums->wire += size + full * (2 + 1 + (int64_t)varint(CHUNK)) + 2;
    if (rest > 0)
        sums->wire += 2 + 1 + varint((uint64_t)rest);
    if (size > sums->largest)
        sums->largest = size;
}

static void add_entry(Sums *sums, char kind, int64_t size, uint32_t packet, unsigned flag)
{
    if (flag & EXCLUDED) {
        sums->excluded++;
        if (kind == FILE_KIND)
            sums->excluded_bytes += size;
        return;
    }
    sums->entries++;
    sums->wire += packet;
    if (kind == FILE_KIND) {
        add_content(sums, flag & (REFUSED | UNREADABLE) ? 0 : size);
    } else if (kind == SOCKET_KIND) {
        sums->messages++;
        sums->wire += 2;
    }
}

static PyObject *sums_to_tuple(const Sums *sums)
{
    return Py_BuildValue("(LLLLLLLL)", (long long)sums->entries, (long long)sums->files,
                         (long long)sums->bytes, (long long)sums->wire,
                         (long long)sums->messages, (long long)sums->excluded,
                         (long long)sums->excluded_bytes, (long long)sums->largest);
}

/* ---- Reaching a folder ---- */

/* Whether the system knows a call is learned when it is first made; tests take it for an old one. */
#ifndef OLD_SYSTEM
#define OLD_SYSTEM false
#endif
static atomic_bool no_openat2 = OLD_SYSTEM, no_xattrat = OLD_SYSTEM;

static int open_retrying(int above, const char *path, int flags)
{
    int found;
    do
        found = openat(above, path, flags);
    while (found < 0 && errno == EINTR);
    return found;
}

/* Open the folder `path`, shorter than LONGEST_PATH, below `above`; no link is followed. */
static int open_below(int above, const char *path, int flags)
{
    struct { uint64_t flags, mode, resolve; } how = {
        (uint64_t)(flags | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC), 0, RESOLVE_NOTHING_ODD };
    if (!no_openat2) {
        int found;
        do
            found = (int)syscall(SYS_openat2, above, path, &how, sizeof(how));
        while (found < 0 && (errno == EINTR || errno == EAGAIN));
        /* Older container runtimes refuse calls that they do not know with EPERM. */
        if (found >= 0 || (errno != ENOSYS && errno != EPERM))
            return found;
        no_openat2 = true;
    }
    char part[LONGEST_PATH + 1];
    int current = above;
    for (;;) {
        size_t length = strcspn(path, "/");
        bool last = !path[length];
        memcpy(part, path, length);
        part[length] = '\0';
        int wanted = (last ? flags : O_PATH) | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC;
        int next = open_retrying(current, part, wanted);
        int reason = errno;
        if (current != above)
            close(current);
        if (next < 0 || last) {
            errno = reason;
            return next;
        }
        current = next;
        path += length + 1;
    }
}

/* Open the folder at `path` below `root` (the root itself where it is empty), however long it is. */
static int open_folder(int root, const char *path, size_t length)
{
    if (!length)
        return open_retrying(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int current = root;
    while (length > LONGEST_PATH) {
        char part[LONGEST_PATH + 1];
        const char *slash = memrchr(path, '/', LONGEST_PATH);
        if (!slash) {
            errno = ENAMETOOLONG;
            if (current != root)
                close(current);
            return -1;
        }
        size_t taken = (size_t)(slash - path);
        memcpy(part, path, taken);
        part[taken] = '\0';
        int next = open_below(current, part, O_PATH);
        int reason = errno;
        if (current != root)
            close(current);
        errno = reason;
        if (next < 0)
            return -1;
        current = next;
        path += taken + 1;
        length -= taken + 1;
    }
    int found = open_below(current, path, O_RDONLY);
    int reason = errno;
    if (current != root)
        close(current);
    errno = reason;
    return found;
}

/* ---- Extended attributes ---- */

typedef struct {
    uint64_t value;
    uint32_t size, flags;
} XattrArguments;

static void proc_name(char *place, int folder, const char *name)
{
    snprintf(place, PROC_NAME_BYTES, "/proc/self/fd/%d/%s", folder, name);
}

static ssize_t list_attributes(int folder, const char *name, char *list, size_t size)
{
    if (!no_xattrat) {
        long found = syscall(CALL_LISTXATTRAT, folder, name, AT_SYMLINK_NOFOLLOW, list, size);
        if (found >= 0 || (errno != ENOSYS && errno != EPERM))
            return found;
        no_xattrat = true;
    }
    char path[PROC_NAME_BYTES];
    proc_name(path, folder, name);
    return llistxattr(path, list, size);
}

static ssize_t attribute_length(int folder, const char *name, const char *attribute)
{
    if (!no_xattrat) {
        XattrArguments none = {0, 0, 0};
        return syscall(CALL_GETXATTRAT, folder, name, AT_SYMLINK_NOFOLLOW, attribute, &none,
                       sizeof(none));
    }
    char path[PROC_NAME_BYTES];
    proc_name(path, folder, name);
    return lgetxattr(path, attribute, NULL, 0);
}

/* Whether files of this folder can have any. A file system without them may still show those of
   a security module, and then it shows the folder's, too. */
static bool may_have_attributes(int folder)
{
    struct statfs system;
    if (fstatfs(folder, &system))
        return true;
    switch ((uint32_t)system.f_type) {
    case 0x00004d44: /* vfat */
    case 0x2011bab0: /* exfat */
    case 0x00009660: /* iso9660 */
    case 0x786f4256: /* vboxsf */
        return flistxattr(folder, NULL, 0) != 0;
    }
    return true;
}

/* Add what an entry's extended attributes cost on the wire; false when memory is out. */
static bool measure_attributes(int folder, const char *name, uint64_t *fields, int *capability)
{
    ssize_t listed = list_attributes(folder, name, NULL, 0);
    if (listed <= 0)
        return true;
    char *list = NULL;
    ssize_t length;
    do {
        /* It may have grown in the meantime. */
        size_t size = (size_t)listed + 256;
        char *larger = realloc(list, size);
        if (!larger) {
            free(list);
            return false;
        }
        list = larger;
        length = list_attributes(folder, name, list, size);
        listed = (ssize_t)size;
    } while (length < 0 && errno == ERANGE && listed < 1 << 20);
    for (ssize_t start = 0; start < length;) {
        const char *attribute = list + start;
        size_t bytes = strnlen(attribute, (size_t)(length - start));
        start += (ssize_t)bytes + 1;
        if (!strncmp(attribute, "com.apple.", 10))
            continue;
        ssize_t value = attribute_length(folder, name, attribute);
        if (value < 0)
            continue;
        uint64_t entry = 1 + varint(bytes) + bytes + 1 + varint((uint64_t)value) + (uint64_t)value;
        *fields += 1 + varint(entry) + entry;
        if (!strcmp(attribute, "security.capability"))
            *capability = value < CAPABILITY_BYTES ? (int)value : CAPABILITY_BYTES;
    }
    free(list);
    return true;
}

/* ---- One folder ---- */

typedef struct {
    size_t place; /* of the entry */
    size_t start, length; /* of the target in `targets` */
} Link;

typedef struct {
    size_t place;
    int64_t mtime;
    int capability;
} Odd;

typedef struct {
    size_t start, length; /* of the name in `failed_names` */
    int number;
} Failure;

typedef struct {
    size_t count;
    Buffer joined;   /* the names, a slash after each */
    Buffer ends;     /* size_t: where each name ends in `joined` */
    Buffer kinds, sizes, packets, inodes, unreadable;
    Buffer links, targets, odd, failures, failed_names;
    bool has_hard_links, has_unreadable;
    Sums sums;
} Columns;

static void clear_columns(Columns *columns)
{
    Buffer *all[] = {
        &columns->joined, &columns->ends, &columns->kinds, &columns->sizes, &columns->packets,
        &columns->inodes, &columns->unreadable, &columns->links, &columns->targets,
        &columns->odd, &columns->failures, &columns->failed_names,
    };
    for (size_t index = 0; index < sizeof(all) / sizeof(*all); index++)
        free(all[index]->bytes);
}

typedef struct {
    size_t above;      /* bytes of the folder's path, with its slash */
    bool tries_access; /* whether there may be files that cannot be opened */
    unsigned flag;     /* of every entry */
    const char **hidden; /* names that count as not there, with NULL as the last; NULL for none */
} Options;

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static bool is_hidden(const Options *options, const char *name)
{
    if (options->hidden)
        for (const char **hidden = options->hidden; *hidden; hidden++)
            if (!strcmp(*hidden, name))
                return true;
    return false;
}

/* As the kernel writes it; what follows the name is no part of it. */
typedef struct {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
} Dirent;

#define NAME_OFFSET 19

/* Collect the names, each with its NUL, in `text`; an errno, or 0. */
static int list_names(int folder, const Options *options, Buffer *text, size_t *count)
{
    char *block = malloc(DIRENT_BYTES);
    if (!block)
        return ENOMEM;
    int reason = 0;
    for (;;) {
        long length = syscall(SYS_getdents64, folder, block, (size_t)DIRENT_BYTES);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0) {
            reason = length < 0 ? errno : 0;
            break;
        }
        for (long start = 0; start < length;) {
            uint16_t record;
            memcpy(&record, block + start + offsetof(Dirent, length), sizeof(record));
            const char *name = block + start + NAME_OFFSET;
            start += record;
            bool is_self = name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
            if (is_self || is_hidden(options, name))
                continue;
            if (!append(text, name, strlen(name) + 1)) {
                free(block);
                return ENOMEM;
            }
            (*count)++;
        }
    }
    free(block);
    return reason;
}

static bool note_failure(Columns *columns, const char *name, int number)
{
    Failure failure = {columns->failed_names.length, strlen(name), number};
    return append(&columns->failed_names, name, failure.length)
        && append(&columns->failures, &failure, sizeof(failure));
}

/* Read a link's target and add its field; one that cannot be read is noted as a failure. */
static bool read_link(int folder, const char *name, int64_t size, Columns *columns,
                      uint64_t *fields)
{
    Link link = {columns->count, columns->targets.length, 0};
    size_t room = size > 0 && size < PATH_MAX ? (size_t)size + 1 : 256;
    ssize_t length;
    for (;;) {
        char *place = reserve(&columns->targets, room);
        if (!place)
            return false;
        length = readlinkat(folder, name, place, room);
        /* A full buffer may hold a part of the target. */
        if (length < 0 || (size_t)length < room || room >= 1 << 20)
            break;
        room *= 2;
    }
    if (length < 0) {
        if (!note_failure(columns, name, errno))
            return false;
        length = 0;
    }
    link.length = (size_t)length;
    columns->targets.length += link.length;
    *fields += text_field(link.length);
    return append(&columns->links, &link, sizeof(link));
}

/* Add one entry to the columns; false when memory is out. */
static bool add_to_columns(int folder, const char *name, const struct stat *info,
                           const Options *options, bool asks_attributes, Columns *columns)
{
    size_t length = strlen(name);
    char kind = kind_of(info->st_mode);
    int64_t size = kind == FILE_KIND || kind == LINK_KIND ? info->st_size : 0;
    uint64_t fields = number_field((__int128)go_mode(info->st_mode)) + number_field(size)
        + text_field(options->above + length)
        + number_field((__int128)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec);
    if (kind == LINK_KIND && !read_link(folder, name, size, columns, &fields))
        return false;
    if (kind == CHAR_KIND || kind == BLOCK_KIND)
        /* BuildKit keeps twelve bits of each number. */
        fields += number_field(major(info->st_rdev) & 0xFFF) + number_field(minor(info->st_rdev));
    int capability = 0;
    if (asks_attributes && !measure_attributes(folder, name, &fields, &capability))
        return false;
    int64_t mtime = info->st_mtim.tv_sec;
    if (capability || mtime < 0 || mtime >= FIRST_FAR_MTIME) {
        Odd odd = {columns->count, mtime, capability};
        if (!append(&columns->odd, &odd, sizeof(odd)))
            return false;
    }
    uint32_t packet = (uint32_t)(1 + varint(fields) + fields);
    uint64_t inode = 0;
    if (info->st_nlink > 1 && kind != DIR_KIND && kind != LINK_KIND) {
        inode = info->st_ino;
        columns->has_hard_links |= inode != 0;
    }
    char unreadable = 0;
    if (options->tries_access && kind == FILE_KIND && (info->st_mode & 0444) != 0444
        && faccessat(folder, name, R_OK, 0)) {
        unreadable = UNREADABLE;
        columns->has_unreadable = true;
    }
    size_t end = columns->joined.length + length;
    if (!append(&columns->joined, name, length) || !append(&columns->joined, "/", 1)
        || !append(&columns->ends, &end, sizeof(end))
        || !append(&columns->kinds, &kind, 1) || !append(&columns->sizes, &size, sizeof(size))
        || !append(&columns->packets, &packet, sizeof(packet))
        || !append(&columns->inodes, &inode, sizeof(inode))
        || !append(&columns->unreadable, &unreadable, 1))
        return false;
    add_entry(&columns->sums, kind, size, packet, options->flag);
    columns->count++;
    return true;
}

/* Take just the memory that the columns of so many names need: thousands of folders wait for Python. */
static bool reserve_columns(Columns *columns, size_t count, size_t name_bytes)
{
    return count <= SIZE_MAX / 2 / sizeof(uint64_t)
        && reserve(&columns->joined, name_bytes)
        && reserve(&columns->ends, count * sizeof(size_t)) && reserve(&columns->kinds, count)
        && reserve(&columns->sizes, count * sizeof(int64_t))
        && reserve(&columns->packets, count * sizeof(uint32_t))
        && reserve(&columns->inodes, count * sizeof(uint64_t))
        && reserve(&columns->unreadable, count);
}

/* Fill the columns of an open folder; an errno, or 0. */
static int read_columns(int folder, const Options *options, Columns *columns)
{
    Buffer text = {NULL, 0, 0};
    size_t count = 0;
    const char **names = NULL;
    int reason = list_names(folder, options, &text, &count);
    if (reason || !count)
        goto done;
    reason = ENOMEM;
    names = calloc(count, sizeof(*names));
    if (!names || !reserve_columns(columns, count, text.length))
        goto done;
    const char *name = text.bytes;
    for (size_t index = 0; index < count; index++) {
        names[index] = name;
        name += strlen(name) + 1;
    }
    qsort(names, count, sizeof(*names), compare_names);
    bool asks_attributes = may_have_attributes(folder);
    for (size_t index = 0; index < count; index++) {
        struct stat info;
        bool stored;
        if (!fstatat(folder, names[index], &info, AT_SYMLINK_NOFOLLOW))
            stored = add_to_columns(folder, names[index], &info, options, asks_attributes, columns);
        else if (errno == ENOENT)
            continue; /* it vanished; Docker's walk skips it, too */
        else
            stored = note_failure(columns, names[index], errno);
        if (!stored)
            goto done;
    }
    reason = 0;
done:
    free(names);
    free(text.bytes);
    return reason;
}

/* ---- Files by extension: count_types in model.py ---- */

typedef struct {
    char *text; /* with its NUL; NULL in an empty place */
    size_t length;
    int64_t bytes, files;
} Type;

typedef struct {
    Type *places;
    size_t room, used; /* room is a power of two, or 0 */
} Types;

static Type *type_place(const Types *types, const char *text, size_t length)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t index = 0; index < length; index++)
        hash = (hash ^ (unsigned char)text[index]) * UINT64_C(1099511628211);
    for (size_t place = (size_t)hash & (types->room - 1);; place = (place + 1) & (types->room - 1)) {
        Type *type = types->places + place;
        if (!type->text || (type->length == length && !memcmp(type->text, text, length)))
            return type;
    }
}

static bool grow_types(Types *types)
{
    Types larger = {NULL, types->room ? types->room * 2 : 64, types->used};
    larger.places = calloc(larger.room, sizeof(Type));
    if (!larger.places)
        return false;
    for (size_t index = 0; index < types->room; index++) {
        Type *type = types->places + index;
        if (type->text)
            *type_place(&larger, type->text, type->length) = *type;
    }
    free(types->places);
    *types = larger;
    return true;
}

static bool count_type(Types *types, const char *name, size_t length, int64_t size)
{
    const char *dot = memrchr(name, '.', length);
    const char *text = name + length;
    /* `.profile` is a name, and no file of type `profile`. */
    if (dot && dot != name)
        text = dot + 1;
    size_t bytes = (size_t)(name + length - text);
    if (types->used * 2 >= types->room && !grow_types(types))
        return false;
    Type *type = type_place(types, text, bytes);
    if (!type->text) {
        type->text = malloc(bytes + 1);
        if (!type->text)
            return false;
        memcpy(type->text, text, bytes);
        type->text[bytes] = '\0';
        type->length = bytes;
        types->used++;
    }
    type->bytes += size;
    type->files++;
    return true;
}

static void clear_types(Types *types)
{
    for (size_t index = 0; index < types->room; index++)
        free(types->places[index].text);
    free(types->places);
}

/* ---- Folders about whose names no pattern says anything ---- */

typedef struct {
    const char *text;
    size_t length;
} Text;

typedef struct {
    Text *texts;
    size_t count;
} TextList;

/* A name that may matter to a pattern; each text is as it stands among the names with their slashes. */
typedef struct {
    TextList names;  /* sorted */
    TextList starts; /* `/text`: at the start of a name */
    TextList ends;   /* `text/`: at the end of one */
    TextList parts;
} Filter;

static int compare_texts(const void *one, const void *other)
{
    const Text *left = one, *right = other;
    size_t length = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, length);
    if (order)
        return order;
    return (left->length > right->length) - (left->length < right->length);
}

static bool holds_any(const Columns *columns, const TextList *list)
{
    for (size_t index = 0; index < list->count; index++)
        if (memmem(columns->joined.bytes, columns->joined.length, list->texts[index].text,
                   list->texts[index].length))
            return true;
    return false;
}

/* Whether a pattern may say of a name here what it does not say of all. */
static bool is_of_interest(const Columns *columns, const Filter *filter)
{
    const char *joined = columns->joined.bytes;
    if (memchr(joined, '\n', columns->joined.length))
        return true;
    if (holds_any(columns, &filter->ends) || holds_any(columns, &filter->parts)
        || holds_any(columns, &filter->starts))
        return true;
    /* No slash stands before the first name. */
    for (size_t index = 0; index < filter->starts.count; index++) {
        const Text *start = filter->starts.texts + index;
        if (start->length - 1 <= columns->joined.length
            && !memcmp(joined, start->text + 1, start->length - 1))
            return true;
    }
    const size_t *ends = (const size_t *)(const void *)columns->ends.bytes;
    size_t begin = 0;
    for (size_t place = 0; filter->names.count && place < columns->count; place++) {
        Text name = {joined + begin, ends[place] - begin};
        if (bsearch(&name, filter->names.texts, filter->names.count, sizeof(Text), compare_texts))
            return true;
        begin = ends[place] + 1;
    }
    return false;
}

/* ---- Many folders, by several threads ---- */

typedef struct {
    char *path;
    int reason;    /* an errno where the folder cannot be read */
    bool is_plain; /* whether nothing about it is left to decide */
    Columns columns;
} Result;

typedef struct {
    int root;
    bool tries_access, takes_sockets;
    unsigned flag;
    Filter filter;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Buffer stack;   /* char *: the paths of folders that are still to be read */
    size_t working; /* threads that read a folder, and may find more */
    int64_t left;   /* entries after which no other folder is begun */
    int reason;     /* ENOMEM where memory is out */
} Crew;

typedef struct {
    Crew *crew;
    Buffer results; /* Result * */
    Types types;
} Worker;

static size_t pointer_count(const Buffer *buffer)
{
    return buffer->length / sizeof(void *);
}

static void *pointer_at(const Buffer *buffer, size_t index)
{
    void *found;
    memcpy(&found, buffer->bytes + index * sizeof(found), sizeof(found));
    return found;
}

static void free_paths(Buffer *paths)
{
    for (size_t index = 0; index < pointer_count(paths); index++)
        free(pointer_at(paths, index));
    free(paths->bytes);
}

static void free_result(Result *result)
{
    if (!result)
        return;
    clear_columns(&result->columns);
    free(result->path);
    free(result);
}

/* Put the paths of a folder's subfolders on `below`, the last one first. */
static bool add_subfolders(const Result *result, Buffer *below)
{
    const Columns *columns = &result->columns;
    const size_t *ends = (const size_t *)(const void *)columns->ends.bytes;
    size_t above = strlen(result->path);
    for (size_t place = columns->count; place-- > 0;) {
        if (columns->kinds.bytes[place] != DIR_KIND)
            continue;
        size_t start = place ? ends[place - 1] + 1 : 0;
        size_t length = ends[place] - start;
        char *path = malloc(above + 1 + length + 1);
        if (!path)
            return false;
        memcpy(path, result->path, above);
        char *name = path + above;
        if (above)
            *name++ = '/';
        memcpy(name, columns->joined.bytes + start, length);
        name[length] = '\0';
        if (!append(below, &path, sizeof(path))) {
            free(path);
            return false;
        }
    }
    return true;
}

static bool count_types(const Columns *columns, Types *types)
{
    const size_t *ends = (const size_t *)(const void *)columns->ends.bytes;
    const int64_t *sizes = (const int64_t *)(const void *)columns->sizes.bytes;
    size_t start = 0;
    for (size_t place = 0; place < columns->count; place++) {
        if (columns->kinds.bytes[place] == FILE_KIND
            && !count_type(types, columns->joined.bytes + start, ends[place] - start, sizes[place]))
            return false;
        start = ends[place] + 1;
    }
    return true;
}

/* Read one folder and list what is below it; NULL when memory is out. Takes `path`. */
static Result *read_result(const Crew *crew, char *path, Types *types, Buffer *below)
{
    Result *result = calloc(1, sizeof(*result));
    if (!result) {
        free(path);
        return NULL;
    }
    result->path = path;
    size_t length = strlen(path);
    Options options = {length ? length + 1 : 0, crew->tries_access, crew->flag, NULL};
    Columns *columns = &result->columns;
    int folder = open_folder(crew->root, path, length);
    if (folder < 0) {
        result->reason = errno;
    } else {
        result->reason = read_columns(folder, &options, columns);
        close(folder);
    }
    bool fits = result->reason != ENOMEM;
    if (fits && !result->reason && columns->count) {
        bool hides_sockets
            = !crew->takes_sockets && memchr(columns->kinds.bytes, SOCKET_KIND, columns->count);
        /* What is excluded is excluded, whatever it is called. */
        result->is_plain = !columns->has_unreadable && !hides_sockets
            && (crew->flag & EXCLUDED || !is_of_interest(columns, &crew->filter));
        if (result->is_plain)
            fits = add_subfolders(result, below)
                && (crew->flag & EXCLUDED || count_types(columns, types));
    }
    if (!fits) {
        free_result(result);
        return NULL;
    }
    return result;
}

static void *work(void *argument)
{
    Worker *worker = argument;
    Crew *crew = worker->crew;
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (!crew->reason && crew->left > 0 && !crew->stack.length && crew->working)
            pthread_cond_wait(&crew->changed, &crew->lock);
        if (crew->reason || crew->left <= 0 || !crew->stack.length)
            break;
        crew->stack.length -= sizeof(char *);
        char *path;
        memcpy(&path, crew->stack.bytes + crew->stack.length, sizeof(path));
        crew->working++;
        pthread_mutex_unlock(&crew->lock);

        Buffer below = {NULL, 0, 0};
        Result *result = read_result(crew, path, &worker->types, &below);
        bool kept = result && append(&worker->results, &result, sizeof(result));
        int64_t seen = result ? (int64_t)result->columns.count + 1 : 0;
        if (!kept)
            free_result(result);

        pthread_mutex_lock(&crew->lock);
        crew->working--;
        crew->left -= seen;
        if (kept && below.length && append(&crew->stack, below.bytes, below.length))
            below.length = 0;
        if (!kept || below.length)
            crew->reason = ENOMEM;
        free_paths(&below);
        pthread_cond_broadcast(&crew->changed);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

#define MOST_THREADS 8

/* Read with up to `count` threads, this one among them; as many as can be had. */
static void run_workers(Worker *workers, size_t count)
{
    pthread_t threads[MOST_THREADS];
    size_t started = 1;
    sigset_t all, before;
    /* Signals are for Python's own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < count && !pthread_create(&threads[started], NULL, work, &workers[started]))
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    work(&workers[0]);
    for (size_t number = 1; number < started; number++)
        pthread_join(threads[number], NULL);
}

/* ---- Columns as Python's values ---- */

static PyObject *bytes_or_none(const Buffer *buffer, bool is_there)
{
    if (!is_there)
        return Py_NewRef(Py_None);
    return PyBytes_FromStringAndSize(buffer->bytes, (Py_ssize_t)buffer->length);
}

static PyObject *text_of(const char *bytes, size_t length)
{
    return PyUnicode_DecodeFSDefaultAndSize(length ? bytes : "", (Py_ssize_t)length);
}

static PyObject *name_at(const Columns *columns, size_t place)
{
    const size_t *ends = (const size_t *)(const void *)columns->ends.bytes;
    size_t start = place ? ends[place - 1] + 1 : 0;
    return text_of(columns->joined.bytes + start, ends[place] - start);
}

/* Set `dictionary[key] = value`, and give both up. */
static int set_and_release(PyObject *dictionary, PyObject *key, PyObject *value)
{
    int failed = !key || !value || PyDict_SetItem(dictionary, key, value);
    Py_XDECREF(key);
    Py_XDECREF(value);
    return failed;
}

static PyObject *links_or_none(const Columns *columns)
{
    size_t count = columns->links.length / sizeof(Link);
    if (!count)
        return Py_NewRef(Py_None);
    PyObject *found = PyDict_New();
    const Link *links = (const Link *)(const void *)columns->links.bytes;
    for (size_t index = 0; found && index < count; index++) {
        PyObject *key = name_at(columns, links[index].place);
        PyObject *value = key ? text_of(columns->targets.bytes + links[index].start,
                                        links[index].length) : NULL;
        if (set_and_release(found, key, value))
            Py_CLEAR(found);
    }
    return found;
}

static PyObject *odd_or_none(const Columns *columns)
{
    size_t count = columns->odd.length / sizeof(Odd);
    if (!count)
        return Py_NewRef(Py_None);
    PyObject *found = PyDict_New();
    const Odd *odd = (const Odd *)(const void *)columns->odd.bytes;
    for (size_t index = 0; found && index < count; index++) {
        PyObject *key = name_at(columns, odd[index].place);
        PyObject *value = key ? Py_BuildValue("(Li)", (long long)odd[index].mtime,
                                              odd[index].capability) : NULL;
        if (set_and_release(found, key, value))
            Py_CLEAR(found);
    }
    return found;
}

static PyObject *failures_or_none(const Columns *columns)
{
    size_t count = columns->failures.length / sizeof(Failure);
    if (!count)
        return Py_NewRef(Py_None);
    PyObject *found = PyList_New(0);
    const Failure *failures = (const Failure *)(const void *)columns->failures.bytes;
    for (size_t index = 0; found && index < count; index++) {
        const Failure *failure = failures + index;
        PyObject *name = text_of(columns->failed_names.bytes + failure->start, failure->length);
        PyObject *pair = name ? Py_BuildValue("(Ni)", name, failure->number) : NULL;
        if (!pair || PyList_Append(found, pair))
            Py_CLEAR(found);
        Py_XDECREF(pair);
    }
    return found;
}

static PyObject *columns_to_tuple(const Columns *columns)
{
    PyObject *parts[10] = {NULL};
    size_t joined = columns->joined.length;
    PyObject *found = NULL;
    if ((parts[0] = text_of(columns->joined.bytes, joined ? joined - 1 : 0))
        && (parts[1] = bytes_or_none(&columns->kinds, true))
        && (parts[2] = bytes_or_none(&columns->sizes, true))
        && (parts[3] = bytes_or_none(&columns->packets, true))
        && (parts[4] = bytes_or_none(&columns->inodes, columns->has_hard_links))
        && (parts[5] = bytes_or_none(&columns->unreadable, columns->has_unreadable))
        && (parts[6] = links_or_none(columns))
        && (parts[7] = odd_or_none(columns))
        && (parts[8] = failures_or_none(columns))
        && (parts[9] = sums_to_tuple(&columns->sums)))
        found = PyTuple_Pack(10, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5],
                             parts[6], parts[7], parts[8], parts[9]);
    for (size_t index = 0; index < 10; index++)
        Py_XDECREF(parts[index]);
    return found;
}

/* ---- What Python calls ---- */

/* The names as a list that ends with NULL; they live as long as `hidden`. */
static const char **hidden_names(PyObject *hidden)
{
    Py_ssize_t count = PyTuple_Size(hidden);
    if (count < 0)
        return NULL;
    const char **names = calloc((size_t)count + 1, sizeof(*names));
    if (!names) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t index = 0; index < count; index++) {
        names[index] = PyBytes_AsString(PyTuple_GetItem(hidden, index));
        if (!names[index]) {
            free(names);
            return NULL;
        }
    }
    return names;
}

PyDoc_STRVAR(read_doc,
"read(root, path, tries_access, hidden)\n--\n\n"
"Return the columns of the folder ``path`` (bytes) below the open folder ``root``.\n\n"
"``hidden`` are names (bytes) that count as not there. Raises OSError where it cannot be listed.");

static PyObject *native_read(PyObject *module, PyObject *arguments)
{
    (void)module;
    int root, tries_access;
    const char *path;
    Py_ssize_t length;
    PyObject *hidden;
    if (!PyArg_ParseTuple(arguments, "iy#pO!:read", &root, &path, &length, &tries_access,
                          &PyTuple_Type, &hidden))
        return NULL;
    if (memchr(path, '\0', (size_t)length)) {
        PyErr_SetString(PyExc_ValueError, "embedded null byte");
        return NULL;
    }
    const char **names = NULL;
    if (PyTuple_Size(hidden) > 0 && !(names = hidden_names(hidden)))
        return NULL;
    Options options = {length ? (size_t)length + 1 : 0, tries_access != 0, 0, names};
    Columns columns;
    memset(&columns, 0, sizeof(columns));
    int reason = 0;
    Py_BEGIN_ALLOW_THREADS
    int folder = open_folder(root, path, (size_t)length);
    if (folder < 0) {
        reason = errno;
    } else {
        reason = read_columns(folder, &options, &columns);
        close(folder);
    }
    Py_END_ALLOW_THREADS
    PyObject *found = NULL;
    if (reason == ENOMEM) {
        PyErr_NoMemory();
    } else if (reason) {
        errno = reason;
        PyErr_SetFromErrno(PyExc_OSError);
    } else {
        found = columns_to_tuple(&columns);
    }
    clear_columns(&columns);
    free(names);
    return found;
}

/* Take over a sequence of bytes as texts; they live as long as `items`. False with an exception set. */
static bool texts_of(PyObject *items, TextList *list)
{
    Py_ssize_t count = PyTuple_Size(items);
    if (count < 0)
        return false;
    list->texts = calloc((size_t)count + 1, sizeof(*list->texts));
    if (!list->texts) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t index = 0; index < count; index++) {
        char *text;
        Py_ssize_t length;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(items, index), &text, &length))
            return false;
        list->texts[index] = (Text){text, (size_t)length};
    }
    list->count = (size_t)count;
    return true;
}

/* Put the paths on the stack; false with an exception set. */
static bool fill_stack(PyObject *paths, Buffer *stack)
{
    Py_ssize_t count = PyTuple_Size(paths);
    for (Py_ssize_t index = 0; index < count; index++) {
        char *text;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(paths, index), &text, NULL))
            return false;
        char *path = strdup(text);
        if (!path || !append(stack, &path, sizeof(path))) {
            free(path);
            PyErr_NoMemory();
            return false;
        }
    }
    return true;
}

static PyObject *result_to_tuple(const Result *result)
{
    PyObject *path = text_of(result->path, strlen(result->path));
    if (!path || result->reason)
        return path ? Py_BuildValue("(Ni)", path, result->reason) : NULL;
    PyObject *columns = columns_to_tuple(&result->columns);
    if (!columns) {
        Py_DECREF(path);
        return NULL;
    }
    return Py_BuildValue("(NON)", path, result->is_plain ? Py_True : Py_False, columns);
}

/* Append what a worker found to the lists, and free it; false with an exception set. */
static bool give_up_results(Worker *worker, PyObject *folders, PyObject *types)
{
    bool complete = true;
    for (size_t index = 0; index < pointer_count(&worker->results); index++) {
        Result *result = pointer_at(&worker->results, index);
        if (complete) {
            PyObject *item = result_to_tuple(result);
            complete = item && !PyList_Append(folders, item);
            Py_XDECREF(item);
        }
        free_result(result);
    }
    free(worker->results.bytes);
    for (size_t index = 0; complete && index < worker->types.room; index++) {
        const Type *type = worker->types.places + index;
        if (!type->text)
            continue;
        PyObject *text = text_of(type->text, type->length);
        PyObject *item = text ? Py_BuildValue("(NLL)", text, (long long)type->bytes,
                                              (long long)type->files) : NULL;
        complete = item && !PyList_Append(types, item);
        Py_XDECREF(item);
    }
    clear_types(&worker->types);
    return complete;
}

static bool paths_to_list(const Buffer *stack, PyObject *rest)
{
    for (size_t index = 0; index < pointer_count(stack); index++) {
        PyObject *path = PyBytes_FromString(pointer_at(stack, index));
        bool kept = path && !PyList_Append(rest, path);
        Py_XDECREF(path);
        if (!kept)
            return false;
    }
    return true;
}

static void drop_results(Worker *worker)
{
    for (size_t index = 0; index < pointer_count(&worker->results); index++)
        free_result(pointer_at(&worker->results, index));
    free(worker->results.bytes);
    clear_types(&worker->types);
}

PyDoc_STRVAR(read_below_doc,
"read_below(root, paths, texts, threads, choices)\n--\n\n"
"Read the folders ``paths`` and all below those in which no name is like ``texts``.\n\n"
"``texts`` are four tuples: whole names, starts (``/text``), ends (``text/``) and parts of names. The\n"
"choices: whether access is tried, whether sockets are taken, the flag that every entry has, and after\n"
"how many entries no other folder is begun. Returns the folders, what is still to be read, and bytes\n"
"and files by extension.");

static PyObject *native_read_below(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *paths, *names, *starts, *ends, *parts;
    int root, tries_access, takes_sockets, count;
    unsigned flag;
    long long limit;
    if (!PyArg_ParseTuple(arguments, "iO!(O!O!O!O!)i(ppIL):read_below", &root, &PyTuple_Type,
                          &paths, &PyTuple_Type, &names, &PyTuple_Type, &starts, &PyTuple_Type,
                          &ends, &PyTuple_Type, &parts, &count, &tries_access, &takes_sockets,
                          &flag, &limit))
        return NULL;
    if (count < 1 || count > MOST_THREADS) {
        PyErr_SetString(PyExc_ValueError, "wrong number of threads");
        return NULL;
    }
    Worker workers[MOST_THREADS];
    Crew crew;
    memset(workers, 0, sizeof(workers));
    memset(&crew, 0, sizeof(crew));
    crew.root = root;
    crew.tries_access = tries_access != 0;
    crew.takes_sockets = takes_sockets != 0;
    crew.flag = flag;
    crew.left = limit;
    Filter *filter = &crew.filter;
    PyObject *found = NULL, *folders = NULL, *rest = NULL, *types = NULL;
    if (pthread_mutex_init(&crew.lock, NULL))
        return PyErr_NoMemory();
    if (pthread_cond_init(&crew.changed, NULL)) {
        pthread_mutex_destroy(&crew.lock);
        return PyErr_NoMemory();
    }
    if (texts_of(names, &filter->names) && texts_of(starts, &filter->starts)
        && texts_of(ends, &filter->ends) && texts_of(parts, &filter->parts)
        && fill_stack(paths, &crew.stack)
        && (folders = PyList_New(0)) && (rest = PyList_New(0)) && (types = PyList_New(0))) {
        qsort(filter->names.texts, filter->names.count, sizeof(Text), compare_texts);
        for (int number = 0; number < count; number++)
            workers[number].crew = &crew;
        Py_BEGIN_ALLOW_THREADS
        run_workers(workers, (size_t)count);
        Py_END_ALLOW_THREADS
        bool complete = !crew.reason;
        if (!complete)
            PyErr_NoMemory();
        for (int number = 0; number < count; number++) {
            /* What is left after an error is freed all the same. */
            if (complete)
                complete = give_up_results(&workers[number], folders, types);
            else
                drop_results(&workers[number]);
        }
        if (complete && paths_to_list(&crew.stack, rest))
            found = PyTuple_Pack(3, folders, rest, types);
    }
    Py_XDECREF(folders);
    Py_XDECREF(rest);
    Py_XDECREF(types);
    free_paths(&crew.stack);
    free(filter->names.texts);
    free(filter->starts.texts);
    free(filter->ends.texts);
    free(filter->parts.texts);
    pthread_cond_destroy(&crew.changed);
    pthread_mutex_destroy(&crew.lock);
    return found;
}

PyDoc_STRVAR(tally_doc,
"tally(kinds, sizes, packets, flags)\n--\n\n"
"Return the fields of the Tally of a folder's columns, each given as bytes; flags may be None.");

static PyObject *native_tally(PyObject *module, PyObject *arguments)
{
    (void)module;
    const char *kinds, *sizes, *packets, *flags;
    Py_ssize_t count, size_bytes, packet_bytes, flag_count;
    if (!PyArg_ParseTuple(arguments, "y#y#y#z#:tally", &kinds, &count, &sizes, &size_bytes,
                          &packets, &packet_bytes, &flags, &flag_count))
        return NULL;
    if ((flags && flag_count != count) || size_bytes / (Py_ssize_t)sizeof(int64_t) != count
        || packet_bytes / (Py_ssize_t)sizeof(uint32_t) != count) {
        PyErr_SetString(PyExc_ValueError, "columns differ in length");
        return NULL;
    }
    Sums sums;
    memset(&sums, 0, sizeof(sums));
    for (Py_ssize_t index = 0; index < count; index++) {
        int64_t size;
        uint32_t packet;
        memcpy(&size, sizes + index * (Py_ssize_t)sizeof(size), sizeof(size));
        memcpy(&packet, packets + index * (Py_ssize_t)sizeof(packet), sizeof(packet));
        unsigned flag = flags ? (unsigned char)flags[index] : 0;
        add_entry(&sums, kinds[index], size, packet, flag);
    }
    return sums_to_tuple(&sums);
}

static PyMethodDef methods[] = {
    {"read", native_read, METH_VARARGS, read_doc},
    {"read_below", native_read_below, METH_VARARGS, read_below_doc},
    {"tally", native_tally, METH_VARARGS, tally_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The compiled reader of folders.", 0, methods, slots,
    NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&definition);
}
