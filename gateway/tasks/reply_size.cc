#include "gateway/tasks/reply_size.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/tasks/log_tail.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace taskgateway::tasks {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// What a value may keep, tried from the top: a value that is cut keeps enough to be recognized for as long as possible.
constexpr std::array<std::size_t, 7> kValueCaps = {
    std::size_t{256} << 10, std::size_t{64} << 10, std::size_t{16} << 10, 4096, 1024, 256, 0};
constexpr std::array<int, 4> kListCaps = {10'000, 1'000, 100, 10};

// The warnings of a cut itself need room.
constexpr std::size_t kWarningRoom = 2048;

// Cuts to at most `cap` bytes at a character border; true when something went.
bool CutText(std::size_t cap, std::string* text) {
  if (text->size() <= cap) return false;
  std::size_t end = cap;
  while (end > 0 && (static_cast<unsigned char>((*text)[end]) & 0xc0) == 0x80) --end;
  text->resize(end);
  return true;
}

void Warn(v1::Task* task, const char* field, const char* message) {
  for (const v1::TaskWarning& said : task->warnings()) {
    // A task may be cut for its own answer, and again for one that it shares.
    if (said.kind() == v1::TaskWarning::TRUNCATED && said.field() == field && said.message() == message) return;
  }
  v1::TaskWarning* warning = task->add_warnings();
  warning->set_kind(v1::TaskWarning::TRUNCATED);
  warning->set_field(field);
  warning->set_message(message);
}

template <typename Values>
bool CutValues(std::size_t cap, Values* values) {
  bool cut = false;
  for (auto& value : *values) {
    if (CutText(cap, value.mutable_value())) {
      value.set_truncated(true);
      cut = true;
    }
  }
  return cut;
}

bool CutLogs(std::size_t cap, v1::Task* task) {
  const int entries = task->logs_size();
  std::size_t bytes = 0;
  for (const v1::TaskLogEntry& entry : task->logs()) bytes += entry.content().size();
  if (bytes <= cap && !(cap == 0 && entries > 0)) return false;
  CutToTail(cap, task->mutable_logs());
  return true;
}

// Cuts every string below `message`.
bool CutEveryText(std::size_t cap, Message* message) {
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  bool cut = false;
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::string scratch;
        const std::string& whole = field->is_repeated()
                                       ? reflection->GetRepeatedStringReference(*message, field, i, &scratch)
                                       : reflection->GetStringReference(*message, field, &scratch);
        if (whole.size() <= cap) continue;
        std::string text = whole;
        CutText(cap, &text);
        cut = true;
        if (field->is_repeated()) {
          reflection->SetRepeatedString(message, field, i, std::move(text));
        } else {
          reflection->SetString(message, field, std::move(text));
        }
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        cut |= CutEveryText(cap, field->is_repeated() ? reflection->MutableRepeatedMessage(message, field, i)
                                                      : reflection->MutableMessage(message, field));
      }
    }
  }
  return cut;
}

// Shortens the lists that an upstream can make long.
bool CutLists(int cap, v1::Task* task) {
  bool cut = false;
  const auto shorten = [&](auto* list) {
    if (list->size() <= cap) return;
    list->DeleteSubrange(cap, list->size() - cap);
    cut = true;
  };
  // The end of a log is what counts.
  if (task->logs_size() > cap) {
    task->mutable_logs()->DeleteSubrange(0, task->logs_size() - cap);
    cut = true;
  }
  shorten(task->mutable_parameters());
  shorten(task->mutable_outputs());
  shorten(task->mutable_tags());
  if (task->has_cloud_control()) shorten(task->mutable_cloud_control()->mutable_resource_paths());
  return cut;
}

}  // namespace

void FitReply(std::size_t max_bytes, v1::Task* task) {
  if (task->ByteSizeLong() <= max_bytes) return;
  const std::size_t goal = max_bytes - kWarningRoom;
  const auto fits = [&] { return task->ByteSizeLong() <= goal; };
  // Applies one kind of cut with ever smaller caps until the task fits; warns once when it cut anything.
  const auto cut = [&](const auto& caps, const char* field, const char* message, auto apply) {
    bool any = false;
    for (const auto cap : caps) {
      if (fits()) break;
      any |= apply(cap);
    }
    if (any) Warn(task, field, message);
  };
  if (task->has_raw()) {
    task->clear_raw();
    Warn(task, "raw", "The upstream's JSON is too large for one answer and was left out.");
  }
  cut(kValueCaps, "logs", "Log contents were cut to keep the answer within its size limit.",
      [&](std::size_t cap) { return CutLogs(cap, task); });
  cut(kValueCaps, "outputs", "Output values were cut to keep the answer within its size limit.",
      [&](std::size_t cap) { return CutValues(cap, task->mutable_outputs()); });
  cut(kValueCaps, "parameters", "Parameter values were cut to keep the answer within its size limit.",
      [&](std::size_t cap) { return CutValues(cap, task->mutable_parameters()); });
  // Lists so long that their number alone is the trouble.
  cut(std::span(kListCaps).first(1), "", "Lists were shortened to keep the answer within its size limit.",
      [&](int cap) { return CutLists(cap, task); });
  // Never down to nothing: names, states and codes are short and stay whole.
  cut(std::span(kValueCaps).first(6), "", "Long texts were cut to keep the answer within its size limit.",
      [&](std::size_t cap) { return CutEveryText(cap, task); });
  cut(kListCaps, "", "Lists were shortened to keep the answer within its size limit.",
      [&](int cap) { return CutLists(cap, task); });
}

void FitTasks(std::size_t max_bytes, google::protobuf::RepeatedPtrField<v1::Task>* tasks) {
  // Tag and length in front of a task, most bytes.
  constexpr std::size_t kFraming = 8;
  std::size_t bytes = 0;
  for (const v1::Task& task : *tasks) bytes += task.ByteSizeLong() + kFraming;
  if (bytes <= max_bytes) return;
  const std::size_t share = max_bytes / static_cast<std::size_t>(tasks->size()) - kFraming;
  for (v1::Task& task : *tasks) FitReply(share, &task);
}

}  // namespace taskgateway::tasks
