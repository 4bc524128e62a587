// How RapidJSON reads the text of a document: in place, and in strings sixteen bytes at a time.
//
// Its reader asks the transcoder of its encoding to copy what is neither the end of a string nor an escape, one code
// unit at a time. That of Text copies as many as there are.
#pragma once

#include <bit>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "rapidjson/reader.h"

namespace taskgateway::core {

// UTF-8 that was looked at before.
struct Text : rapidjson::UTF8<> {};

// A text that ends with a NUL at `end`. Strings are unescaped where they stand.
struct TextStream : rapidjson::GenericInsituStringStream<rapidjson::UTF8<>> {
  TextStream(char* begin, char* text_end) : GenericInsituStringStream(begin), end(text_end) {}

  char* end;
};

}  // namespace taskgateway::core

template <>
struct rapidjson::StreamTraits<taskgateway::core::TextStream> {
  enum { copyOptimization = 1 };  // as for every stream that is some pointers
};

template <>
struct rapidjson::Transcoder<taskgateway::core::Text, taskgateway::core::Text>
    : rapidjson::Transcoder<rapidjson::UTF8<>, rapidjson::UTF8<>> {
  using Transcoder<UTF8<>, UTF8<>>::Transcode;

  // Called at a byte that a string holds as it is. Copies it, and those behind it up to one that needs a closer look.
  RAPIDJSON_FORCEINLINE static bool Transcode(taskgateway::core::TextStream& in, taskgateway::core::TextStream&) {
#if defined(__SSE2__)
    const __m128i last_control = _mm_set1_epi8(0x1f);
    char* from = in.src_;
    char* to = in.dst_;
    while (in.end - from >= 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      const __m128i special = _mm_or_si128(
          _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
          _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
      const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(special));
      if (mask != 0) {
        const int ordinary = std::countr_zero(mask);
        if (to != from) {
          for (int i = 0; i < ordinary; ++i) to[i] = from[i];
        }
        in.src_ = from + ordinary;
        in.dst_ = to + ordinary;
        return true;
      }
      if (to != from) _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
      from += 16;
      to += 16;
    }
    if (from != in.src_) {
      in.src_ = from;
      in.dst_ = to;
      return true;
    }
#endif
    in.Put(in.Take());
    return true;
  }
};
