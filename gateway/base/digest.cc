#include "gateway/base/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "adapters/core/hex.h"

namespace taskgateway::base {
namespace {

// Fetched once: OpenSSL 3 otherwise looks the algorithm up at each call, which costs more than hashing a small text.
const EVP_MD* Sha256() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kSha256;
}

// OpenSSL's answer, which is no other than success unless memory is out.
void Check(int answer) {
  if (answer != 1) std::abort();
}

std::string ToText(const unsigned char* digest) {
  std::string text;
  core::AppendHex({digest, 16}, &text);
  return text;
}

struct Context {
  Context() : context(EVP_MD_CTX_new()) {
    if (context == nullptr) std::abort();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(context); }

  EVP_MD_CTX* const context;
};

}  // namespace

struct RunningDigest::State : Context {};

std::string Digest128(std::string_view bytes) {
  thread_local const Context own;  // making one costs more than hashing a small text
  unsigned char digest[EVP_MAX_MD_SIZE];
  Check(EVP_DigestInit_ex2(own.context, Sha256(), nullptr));
  Check(EVP_DigestUpdate(own.context, bytes.data(), bytes.size()));
  Check(EVP_DigestFinal_ex(own.context, digest, nullptr));
  return ToText(digest);
}

RunningDigest::RunningDigest() : state_(std::make_unique<State>()) {
  Check(EVP_DigestInit_ex2(state_->context, Sha256(), nullptr));
}
RunningDigest::RunningDigest(RunningDigest&&) noexcept = default;
RunningDigest& RunningDigest::operator=(RunningDigest&&) noexcept = default;
RunningDigest::~RunningDigest() = default;

void RunningDigest::Add(std::string_view bytes) {
  Check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string RunningDigest::Digest() const {
  const Context ended;
  Check(EVP_MD_CTX_copy_ex(ended.context, state_->context));
  unsigned char digest[EVP_MAX_MD_SIZE];
  Check(EVP_DigestFinal_ex(ended.context, digest, nullptr));
  return ToText(digest);
}

}  // namespace taskgateway::base
