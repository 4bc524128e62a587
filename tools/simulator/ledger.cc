#include "tools/simulator/ledger.h"

#include "absl/time/time.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace taskgateway::simulator {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// Actions come from clients: beyond this many, new ones are counted as `other`.
constexpr std::size_t kMaxCounts = 1000;

void WriteText(Writer& writer, const char* name, std::string_view text) {
  if (text.empty()) return;
  writer.Key(name);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteTime(Writer& writer, const char* name, absl::Time time) {
  WriteText(writer, name, absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()));
}

void WriteEntry(Writer& writer, const LedgerEntry& entry) {
  writer.StartObject();
  writer.Key("sequence");
  writer.Uint64(entry.sequence);
  WriteTime(writer, "time", entry.time);
  WriteText(writer, "api", WordOf(entry.api));
  WriteText(writer, "action", entry.action);
  WriteText(writer, "task_id", entry.task_id);
  writer.Key("http_status");
  writer.Int(entry.http_status);
  WriteText(writer, "code", entry.code);
  WriteText(writer, "access_key_id", entry.access_key_id);
  WriteText(writer, "nonce", entry.nonce);
  WriteText(writer, "retry_attempts", entry.retry_attempts);
  writer.Key("tls");
  writer.Bool(entry.tls);
  writer.Key("faulted");
  writer.Bool(entry.faulted);
  if (entry.closed_by_client != absl::InfinitePast()) WriteTime(writer, "closed_by_client", entry.closed_by_client);
  writer.EndObject();
}

}  // namespace

std::uint64_t Ledger::Add(LedgerEntry entry) {
  entry.sequence = next_++;
  ++total_;
  const auto key = std::tie(entry.api, entry.action, entry.http_status);
  const auto found = counts_.find(key);
  if (found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < kMaxCounts) {
    counts_.emplace(key, 1);
  } else {
    ++counts_[{entry.api, "other", entry.http_status}];
  }
  if (entries_.size() >= capacity_) entries_.pop_front();
  const std::uint64_t sequence = entry.sequence;
  if (capacity_ > 0) entries_.push_back(std::move(entry));
  return sequence;
}

void Ledger::ClosedByClient(std::uint64_t sequence, absl::Time when) {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->sequence != sequence) continue;
    entry->closed_by_client = when;
    return;
  }
}

void Ledger::Clear() {
  entries_.clear();
  counts_.clear();
  total_ = 0;
}

std::uint64_t Ledger::Count(Api api, const std::string& action) const {
  std::uint64_t count = 0;
  for (const auto& [key, n] : counts_) {
    if (std::get<0>(key) == api && std::get<1>(key) == action) count += n;
  }
  return count;
}

std::string Ledger::ToJson() const {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("total");
  writer.Uint64(total_);
  writer.Key("counts");
  writer.StartArray();
  for (const auto& [key, count] : counts_) {
    writer.StartObject();
    WriteText(writer, "api", WordOf(std::get<0>(key)));
    WriteText(writer, "action", std::get<1>(key));
    writer.Key("http_status");
    writer.Int(std::get<2>(key));
    writer.Key("count");
    writer.Uint64(count);
    writer.EndObject();
  }
  writer.EndArray();
  writer.Key("entries");
  writer.StartArray();
  for (const LedgerEntry& entry : entries_) WriteEntry(writer, entry);
  writer.EndArray();
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace taskgateway::simulator
