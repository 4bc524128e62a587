// Messages that are put together from bytes which others share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "grpcpp/grpcpp.h"

namespace taskgateway::rpc {

// `bytes`, which `owner` holds: nothing is copied, and the owner is let go with the slice.
template <typename Owner>
grpc::Slice SharedSlice(const std::string& bytes, std::shared_ptr<Owner> owner) {
  auto* holder = new std::shared_ptr<Owner>(std::move(owner));
  return grpc::Slice(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void* held) { delete static_cast<std::shared_ptr<Owner>*>(held); }, holder);
}

// Reads a request of a raw method. False when it is not a serialized `Request`.
template <typename Request>
bool ParseRequest(const grpc::ByteBuffer& bytes, Request* request) {
  grpc::ByteBuffer shared(bytes);  // shares the slices
  return grpc::SerializationTraits<Request>::Deserialize(&shared, request).ok();
}

}  // namespace taskgateway::rpc
