#include "engine/command/arguments.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace octet::command {
namespace {

bool IsOption(const std::string& text) { return text.rfind("--", 0) == 0; }

bool IsFlag(const Argument& argument) {
  return IsOption(argument.name) && argument.value.empty();
}

const Argument* Find(const Subcommand& subcommand, const std::string& name) {
  for (const Argument& argument : subcommand.arguments) {
    if (argument.name == name) return &argument;
  }
  return nullptr;
}

Status Set(const Argument& argument, const std::string& text) {
  return argument.set(text).WithContext(argument.name);
}

// Walks over the arguments of one subcommand.
class Reader {
 public:
  Reader(const Subcommand& subcommand,
         const std::vector<std::string>& arguments)
      : subcommand_(subcommand), arguments_(arguments) {
    for (const Argument& argument : subcommand.arguments) {
      if (!IsOption(argument.name)) positional_.push_back(&argument);
    }
  }

  // Sets arguments from the second on: the first is the subcommand's name.
  Status Read() {
    bool options = true;
    for (next_ = 1; next_ < arguments_.size();) {
      const std::string& text = arguments_[next_++];
      if (options && text == "--") {
        options = false;
      } else if (options && text.size() > 1 && text[0] == '-') {
        OCTET_RETURN_IF_ERROR(ReadOption(text));
      } else {
        OCTET_RETURN_IF_ERROR(ReadPositional(text));
      }
    }
    if (position_ < positional_.size() && positional_[position_]->required) {
      return InvalidArgument(positional_[position_]->name + " is missing");
    }
    return subcommand_.check ? subcommand_.check() : OkStatus();
  }

 private:
  Status ReadOption(const std::string& text) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const Argument* option = Find(subcommand_, name);
    if (option == nullptr) return InvalidArgument("no option " + name);
    const bool has_value = equals != std::string::npos;
    if (IsFlag(*option)) {
      if (has_value) return InvalidArgument(name + " takes no value");
      return option->set("");
    }
    if (has_value) return Set(*option, text.substr(equals + 1));
    if (next_ == arguments_.size()) {
      return InvalidArgument(name + " needs a value: " + option->value);
    }
    return Set(*option, arguments_[next_++]);
  }

  Status ReadPositional(const std::string& text) {
    if (position_ == positional_.size()) {
      return InvalidArgument("'" + text + "' is one argument too many");
    }
    return Set(*positional_[position_++], text);
  }

  const Subcommand& subcommand_;
  const std::vector<std::string>& arguments_;
  std::vector<const Argument*> positional_;
  size_t next_ = 1;
  size_t position_ = 0;
};

bool AsksForHelp(const std::vector<std::string>& arguments) {
  for (const std::string& text : arguments) {
    if (text == "--") return false;
    if (text == "--help" || text == "-h") return true;
  }
  return false;
}

void PrintRow(const std::string& title, const std::string& help) {
  std::printf("  %-22s %s\n", title.c_str(), help.c_str());
}

void PrintHelp(const Program& program) {
  std::printf("%s\nUsage: %s SUBCOMMAND ...\n\n", program.help.c_str(),
              program.name.c_str());
  for (const Subcommand& subcommand : program.subcommands) {
    PrintRow(subcommand.name, subcommand.help);
  }
  std::printf("\n%s SUBCOMMAND --help says more.\n", program.name.c_str());
}

void PrintHelp(const Program& program, const Subcommand& subcommand) {
  std::printf("%s\nUsage: %s %s", subcommand.help.c_str(), program.name.c_str(),
              subcommand.name.c_str());
  for (const Argument& argument : subcommand.arguments) {
    if (IsOption(argument.name)) continue;
    std::printf(argument.required ? " %s" : " [%s]", argument.name.c_str());
  }
  std::printf(" [options]\n\n");
  for (const Argument& argument : subcommand.arguments) {
    PrintRow(
        argument.name + (argument.value.empty() ? "" : " " + argument.value),
        argument.help);
  }
}

int UsageError(const std::string& program, const Status& status) {
  std::fprintf(stderr, "%s: %s\n%s --help says what there is.\n",
               program.c_str(), status.message().c_str(), program.c_str());
  return kUsage;
}

int RunSubcommand(const Program& program, const Subcommand& subcommand,
                  const std::vector<std::string>& arguments) {
  if (AsksForHelp(arguments)) {
    PrintHelp(program, subcommand);
    return kDone;
  }
  const Status usage = Reader(subcommand, arguments).Read();
  if (!usage.ok()) {
    return UsageError(program.name + " " + subcommand.name, usage);
  }
  const Status status = subcommand.run();
  if (status.ok()) return kDone;
  std::fprintf(stderr, "%s: %s\n", program.name.c_str(),
               status.message().c_str());
  return kFailed;
}

}  // namespace

Setter SetText(std::string* target) {
  return [target](const std::string& text) {
    *target = text;
    return OkStatus();
  };
}

Setter AppendText(std::vector<std::string>* target) {
  return [target](const std::string& text) {
    target->push_back(text);
    return OkStatus();
  };
}

Setter SetInteger(int minimum, int* target) {
  return [minimum, target](const std::string& text) {
    const char* const end = text.data() + text.size();
    int value = 0;
    const auto [last, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || last != end || value < minimum) {
      return InvalidArgument("needs a whole number of at least " +
                             std::to_string(minimum) + ", not '" + text + "'");
    }
    *target = value;
    return OkStatus();
  };
}

Setter SetPositive(double* target) {
  return [target](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(value) || value <= 0) {
      return InvalidArgument("needs a number above 0, not '" + text + "'");
    }
    *target = value;
    return OkStatus();
  };
}

Setter SetTrue(bool* target) {
  return [target](const std::string&) {
    *target = true;
    return OkStatus();
  };
}

int RunProgram(const Program& program,
               const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return UsageError(program.name, InvalidArgument("a subcommand is missing"));
  }
  for (const Subcommand& subcommand : program.subcommands) {
    if (subcommand.name == arguments[0]) {
      return RunSubcommand(program, subcommand, arguments);
    }
  }
  if (AsksForHelp(arguments)) {
    PrintHelp(program);
    return kDone;
  }
  return UsageError(program.name,
                    InvalidArgument("no subcommand '" + arguments[0] + "'"));
}

}  // namespace octet::command
