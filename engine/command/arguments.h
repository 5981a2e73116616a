// The command line of a program with subcommands, read by tables. Small, so
// that the static command is.

#ifndef OCTET_ENGINE_COMMAND_ARGUMENTS_H_
#define OCTET_ENGINE_COMMAND_ARGUMENTS_H_

#include <functional>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::command {

// Takes the text of one value; the error says what was wanted: "needs ...".
using Setter = std::function<Status(const std::string& text)>;

// Setters. The targets must outlive them.
Setter SetText(std::string* target);
// Every use of the option adds a value.
Setter AppendText(std::vector<std::string>* target);
// A whole number of at least `minimum`.
Setter SetInteger(int minimum, int* target);
// A finite number above 0.
Setter SetPositive(double* target);
// A flag: its option takes no value.
Setter SetTrue(bool* target);

struct Argument {
  // "--name" is an option; a name without dashes is positional.
  std::string name;
  // What the help calls the option's value: "N"; empty for a flag.
  std::string value;
  std::string help;
  Setter set;
  // Of positional arguments.
  bool required = false;
};

struct Subcommand {
  std::string name;
  std::string help;
  std::vector<Argument> arguments;  // positional ones in their order
  std::function<Status()> run;
  // Whether the arguments go together; may be empty.
  std::function<Status()> check;
};

struct Program {
  std::string name;
  std::string help;
  std::vector<Subcommand> subcommands;
};

// Exit codes, the same for every command of the project.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// Sets what `arguments` name (without the program's own name) and runs their
// subcommand; an option's value is the next argument or follows "=", and behind
// "--" everything is positional. --help and -h print to stdout. Errors are
// printed to stderr: kUsage where the arguments are wrong, kFailed where the
// subcommand failed.
int RunProgram(const Program& program,
               const std::vector<std::string>& arguments);

}  // namespace octet::command

#endif  // OCTET_ENGINE_COMMAND_ARGUMENTS_H_
