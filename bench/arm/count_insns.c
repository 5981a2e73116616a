// A plugin of qemu's user mode: how many instructions of the guest are executed
// between calls of count_begin() and count_end(), functions of the program. One
// number a pair, one a line, on qemu's log (-d plugin).
//
// Other functions are named by its arguments, as the symbol table has them:
//   -plugin libcount_insns.so,begin=NAME,end=NAME
//
// What it needs of qemu's plugin interface, version 1, is declared here: no
// package has the header.

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*translate_callback)(qemu_plugin_id_t, struct qemu_plugin_tb*);
typedef void (*execute_callback)(unsigned int vcpu, void* data);

extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* tb);
extern struct qemu_plugin_insn* qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb* tb, size_t index);
extern const char* qemu_plugin_insn_symbol(const struct qemu_plugin_insn* insn);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* insn);
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                                  translate_callback callback);
extern void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn* insn, execute_callback callback,
    enum qemu_plugin_cb_flags flags, void* data);
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb* tb,
                                                     enum qemu_plugin_op op,
                                                     void* counter,
                                                     uint64_t add);
extern void qemu_plugin_outs(const char* text);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

struct function {
  char name[128];
  uint64_t entry;  // 0: not known yet
};

static struct function first = {"count_begin", 0};
static struct function last = {"count_end", 0};

static uint64_t executed;
static uint64_t begin;
static bool counting;

static void on_begin(unsigned int vcpu, void* data) {
  (void)vcpu;
  (void)data;
  begin = executed;
  counting = true;
}

static void on_end(unsigned int vcpu, void* data) {
  (void)vcpu;
  (void)data;
  if (!counting) return;
  counting = false;
  char text[32];
  snprintf(text, sizeof(text), "%" PRIu64 "\n", executed - begin);
  qemu_plugin_outs(text);
}

// Whether a block begins a function, being called: of the blocks that have its
// name, that is the one translated first.
static bool begins(struct function* function, struct qemu_plugin_insn* insn) {
  const char* symbol = qemu_plugin_insn_symbol(insn);
  if (symbol == NULL || strcmp(symbol, function->name) != 0) return false;
  const uint64_t address = qemu_plugin_insn_vaddr(insn);
  if (function->entry == 0) function->entry = address;
  return function->entry == address;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(tb);
  qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
                                           &executed, count);
  struct qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(tb, 0);
  if (begins(&first, insn)) {
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin,
                                           QEMU_PLUGIN_CB_NO_REGS, NULL);
  } else if (begins(&last, insn)) {
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, QEMU_PLUGIN_CB_NO_REGS,
                                           NULL);
  }
}

static void set_name(struct function* function, const char* key,
                     const char* argument) {
  const size_t length = strlen(key);
  if (strncmp(argument, key, length) != 0) return;
  snprintf(function->name, sizeof(function->name), "%s", argument + length);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
                               const struct qemu_info* info, int argc,
                               char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    set_name(&first, "begin=", argv[i]);
    set_name(&last, "end=", argv[i]);
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  return 0;
}
