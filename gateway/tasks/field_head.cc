#include "gateway/tasks/field_head.h"

#include <cstdint>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace taskgateway::tasks {

std::string FieldHead(int number, std::size_t bytes) {
  using google::protobuf::internal::WireFormatLite;
  using google::protobuf::io::CodedOutputStream;
  std::uint8_t head[20];
  const std::uint32_t tag = WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  std::uint8_t* end = CodedOutputStream::WriteVarint32ToArray(tag, head);
  end = CodedOutputStream::WriteVarint64ToArray(bytes, end);
  return std::string(reinterpret_cast<const char*>(head), static_cast<std::size_t>(end - head));
}

}  // namespace taskgateway::tasks
