// From the statuses of status_catalogue.h to what goes on the wire.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/proto_time.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/core/status_detail.h"
#include "adapters/core/utf8.h"
#include "google/rpc/code.pb.h"

namespace taskgateway::core {
namespace {

// ErrorInfo may take this much, so that RetryInfo and the message always fit beside it.
constexpr std::size_t kMaxErrorInfoBytes = 2048;

template <typename Detail>
bool Unpack(const absl::Status& status, Detail* detail) {
  const absl::optional<absl::Cord> payload = status.GetPayload(TypeUrl<Detail>());
  return payload.has_value() && detail->ParseFromString(std::string(*payload));
}

// Bytes that gRPC sends for `c` in grpc-message.
int EncodedBytes(char c) { return c >= 0x20 && c <= 0x7e && c != '%' ? 1 : 3; }

std::string CutMessage(const absl::Status& status) {
  const std::string text = CleanText({status.message().data(), status.message().size()}, kMaxMessageBytes);
  std::size_t size = 0;
  for (int encoded = 0; size < text.size(); ++size) {
    encoded += EncodedBytes(text[size]);
    if (encoded > kMaxMessageBytes) break;
  }
  return std::string(CutUtf8(text, size));
}

// Cuts the longest metadata values, then drops keys from the end of the alphabet on, until it fits.
void Shrink(google::rpc::ErrorInfo* info) {
  info->set_reason(CleanText(info->reason(), 64));
  info->set_domain(CleanText(info->domain(), 256));
  std::vector<std::string> keys;
  for (const auto& entry : info->metadata()) keys.push_back(entry.first);
  std::sort(keys.begin(), keys.end());
  for (std::size_t limit = 1024; limit > 0 && info->ByteSizeLong() > kMaxErrorInfoBytes; limit /= 2) {
    for (const std::string& key : keys) {
      std::string& value = (*info->mutable_metadata())[key];
      value = CleanText(value, limit);
    }
  }
  for (; !keys.empty() && info->ByteSizeLong() > kMaxErrorInfoBytes; keys.pop_back()) {
    info->mutable_metadata()->erase(keys.back());
  }
}

void Add(const google::protobuf::Message& detail, google::rpc::Status* status) {
  google::protobuf::Any* any = status->add_details();
  any->set_type_url(absl::StrCat("type.googleapis.com/", detail.GetDescriptor()->full_name()));
  any->set_value(Serialized(detail));
}

// Adds the detail that came as a payload, unless it makes the status too large.
void AddIfItFits(absl::string_view type_url, const absl::Cord& payload, google::rpc::Status* status) {
  google::protobuf::Any* any = status->add_details();
  any->set_type_url(type_url.data(), type_url.size());
  any->set_value(std::string(payload));
  if (status->ByteSizeLong() > kMaxDetailBytes) status->mutable_details()->RemoveLast();
}

}  // namespace

absl::Duration RetryDelayOf(const absl::Status& status) {
  google::rpc::RetryInfo retry;
  if (!Unpack(status, &retry)) return absl::ZeroDuration();
  return DurationOf(retry.retry_delay());
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return Unpack(status, &info) ? info.reason() : std::string();
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status out;
  out.set_code(static_cast<int>(status.code()));
  if (status.ok()) return out;
  out.set_message(CutMessage(status));

  google::rpc::ErrorInfo info;
  if (!Unpack(status, &info)) {
    // A status that does not come from the catalogue: the contract promises a reason all the same.
    info.set_reason(google::rpc::Code_Name(static_cast<google::rpc::Code>(status.code())));
    info.set_domain(std::string(kDomain));
  }
  Shrink(&info);
  Add(info, &out);

  if (google::rpc::RetryInfo retry; Unpack(status, &retry)) {
    Add(retry, &out);
  } else if (status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kResourceExhausted) {
    Add(RetryAfterDelay(absl::ZeroDuration()), &out);
  }

  // absl keeps payloads in no promised order, and the bytes of a status should not depend on it. Short ones first: more
  // fit. The type URL is copied: without NDEBUG Abseil hands out one that dies with the visit.
  std::vector<std::pair<std::string, absl::Cord>> others;
  status.ForEachPayload([&others](absl::string_view type_url, const absl::Cord& payload) {
    if (type_url != TypeUrl<google::rpc::ErrorInfo>() && type_url != TypeUrl<google::rpc::RetryInfo>()) {
      others.emplace_back(std::string(type_url), payload);
    }
  });
  std::sort(others.begin(), others.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.size(), a.first) < std::pair(b.second.size(), b.first);
  });
  for (const auto& [type_url, payload] : others) AddIfItFits(type_url, payload, &out);
  return out;
}

}  // namespace taskgateway::core
