// Every bad file is told with file and line, field, value and remedy.
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/server/config.h"
#include "gateway/server/config_problems.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kValid[] = R"(listen:
  address: 127.0.0.1:8980
accounts:
  - name: main
    credentials:
      static:
        access_key_id: AKID-4711
        access_key_secret: hunter2
sources:
  - name: cc
    kind: cloud_control
    account: main
    endpoint: https://cloudcontrol.aliyuncs.com
  - name: sc
    kind: service_catalog
    account: main
    endpoint: https://servicecatalog.cn-hangzhou.aliyuncs.com
    budgets:
      - operation: GetTask
        requests_per_second: 5
limits:
  max_attempts: 4
)";

std::string MessageOf(const std::string& yaml) {
  const absl::StatusOr<config::v1::Config> config = ParseConfig(yaml, "t.yaml");
  return config.ok() ? "is valid" : std::string(config.status().message());
}

// kValid with `from` replaced by `to`.
std::string Spoilt(const std::string& from, const std::string& to) {
  EXPECT_THAT(kValid, HasSubstr(from));
  return absl::StrReplaceAll(kValid, {{from, to}});
}

struct BadFile {
  const char* from;
  const char* to;
  const char* error;  // the whole message
};

class BadFileTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsToldWithPlaceValueAndRemedy) {
  EXPECT_EQ(MessageOf(Spoilt(GetParam().from, GetParam().to)), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Unspoilt, BadFileTest, ::testing::Values(BadFile{"main", "other", "is valid"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, BadFileTest,
    ::testing::Values(
        BadFile{"limits:", "limit:",
                "t.yaml:21: limit: is an unknown key; did you mean \"limits\"? Known are listen, accounts, "
                "sources, limits, log, drain, admin, tracing"},
        BadFile{"    endpoint: https://c", "    endpont: x\n    endpoint: https://c",
                "t.yaml:13: sources[0].endpont: is an unknown key; did you mean \"endpoint\"? Known are name, kind, "
                "account, "
                "endpoint, insecure, ca_file, budgets"},
        BadFile{"  max_attempts: 4", "  <<: {}",
                "t.yaml:22: limits.<<: is an unknown key; Known are connect_timeout, "
                "attempt_timeout, large_reply_timeout, max_attempts, max_queued_reads, "
                "max_transfers, decode_threads, max_request_bytes, cache_bytes, log_buffer_bytes, max_open_calls"},
        BadFile{"    kind: cloud_control\n", "    kind: cloud_control\n    kind: cloud_control\n",
                "t.yaml:12: sources[0].kind: is given twice; remove one of the two"},
        BadFile{"limits:", "listen: {}\nlimits:", "t.yaml:21: listen: is given twice; remove one of the two"},
        BadFile{"  max_attempts: 4", "  [a]: 4", "t.yaml:22: limits: has a list as a key; a key is a word"},
        BadFile{"    account: main\n    endpoint: https://c", "    endpoint: https://c",
                "t.yaml:10: sources[0].account: is missing; it is required"},
        BadFile{"        access_key_id: AKID-4711\n", "",
                "t.yaml:6: accounts[0].credentials.static.access_key_id: is missing; it is required"}));

INSTANTIATE_TEST_SUITE_P(
    Types, BadFileTest,
    ::testing::Values(
        BadFile{"max_attempts: 4", "max_attempts: four",
                "t.yaml:22: limits.max_attempts: is \"four\", not a whole number; write decimal digits only, without "
                "quotes"},
        BadFile{
            "max_attempts: 4", "max_attempts: \"4\"",
            "t.yaml:22: limits.max_attempts: is \"4\", not a whole number; write decimal digits only, without quotes"},
        BadFile{"max_attempts: 4", "max_attempts: 4.0",
                "t.yaml:22: limits.max_attempts: is \"4.0\", not a whole number; write decimal digits only, without "
                "quotes"},
        BadFile{"max_attempts: 4", "max_attempts: 0x4",
                "t.yaml:22: limits.max_attempts: is \"0x4\", not a whole number; write decimal digits only, without "
                "quotes"},
        BadFile{"max_attempts: 4",
                "max_attempts:", "t.yaml:22: limits.max_attempts: is empty; give a value or remove the key"},
        BadFile{"max_attempts: 4", "max_attempts: [4]",
                "t.yaml:22: limits.max_attempts: is a list; give a single value"},
        BadFile{"max_attempts: 4", "max_attempts: !!int 4",
                "t.yaml:22: limits.max_attempts: has a YAML tag; remove the word that starts with an exclamation mark"},
        BadFile{"requests_per_second: 5", "requests_per_second: .nan",
                "t.yaml:20: sources[1].budgets[0].requests_per_second: is \".nan\", not a number; write it as 12 or "
                "12.5, without "
                "quotes"},
        BadFile{"max_attempts: 4", "connect_timeout: 10",
                "t.yaml:22: limits.connect_timeout: is \"10\", not a duration; write it with its unit, as 10s, 1.5s or "
                "200ms"},
        BadFile{"  address: 127.0.0.1:8980", "  insecure_plaintext: yes",
                "t.yaml:2: listen.insecure_plaintext: is \"yes\", not a switch; write true or false, without quotes"},
        BadFile{
            "listen:\n  address: 127.0.0.1:8980", "listen: 127.0.0.1:8980",
            "t.yaml:1: listen: is a text, not a mapping; write its fields below it as name: value. Known are address, "
            "insecure_plaintext, tls, health_address, max_connection_age, max_connection_age_grace, "
            "max_concurrent_streams, max_header_bytes, handshake_timeout"},
        BadFile{
            "listen:\n  address: 127.0.0.1:8980", "listen:\n- address",
            "t.yaml:1: listen: is a list, not a mapping; write its fields below it as name: value. Known are address, "
            "insecure_plaintext, tls, health_address, max_connection_age, max_connection_age_grace, "
            "max_concurrent_streams, max_header_bytes, handshake_timeout"},
        BadFile{"      - operation: GetTask\n        requests_per_second: 5", "        GetTask: 5",
                "t.yaml:18: sources[1].budgets: is a mapping, not a list; start each entry with \"- \""},
        BadFile{"kind: cloud_control", "kind: {cloud_control: }",
                "t.yaml:11: sources[0].kind: is a mapping; give a single value"}));

INSTANTIATE_TEST_SUITE_P(
    Ranges, BadFileTest,
    ::testing::Values(
        BadFile{"max_attempts: 4", "max_attempts: 0",
                "t.yaml:22: limits.max_attempts: is \"0\", out of range; give 1..10 attempts"},
        BadFile{"max_attempts: 4", "max_attempts: 11",
                "t.yaml:22: limits.max_attempts: is \"11\", out of range; give 1..10 attempts"},
        BadFile{"max_attempts: 4", "max_request_bytes: 99999999999",
                "t.yaml:22: limits.max_request_bytes: is \"99999999999\", out of range; give 1024..4194304 bytes"},
        BadFile{"max_attempts: 4", "connect_timeout: 99ms",
                "t.yaml:22: limits.connect_timeout: is \"99ms\", out of range; give 100ms..1m"},
        BadFile{"max_attempts: 4", "connect_timeout: inf",
                "t.yaml:22: limits.connect_timeout: is \"inf\", out of range; give 100ms..1m"},
        BadFile{
            "requests_per_second: 5", "requests_per_second: 0",
            "t.yaml:20: sources[1].budgets[0].requests_per_second: is \"0\", out of range; give 0.01..100000 calls/s"},
        BadFile{"requests_per_second: 5", "requests_per_second: 5\n        burst: 0",
                "t.yaml:21: sources[1].budgets[0].burst: is \"0\", out of range; give 1..100000 calls"},
        BadFile{"name: cc", "name: Cloud_Control",
                "t.yaml:10: sources[0].name: is \"Cloud_Control\"; give 1..63 lower-case letters, digits and hyphens, "
                "a letter "
                "first, no hyphen last"},
        BadFile{"name: cc", "name: \"\"", "t.yaml:10: sources[0].name: is empty; give a value"},
        BadFile{"name: cc", "name: \"c\\nc\"",
                "t.yaml:10: sources[0].name: is \"c\\nc\" with a control character; remove it"},
        BadFile{"limits:\n  max_attempts: 4", "log: {level: warn}",
                "t.yaml:21: log.level: is \"warn\", an unknown word; Known are debug, info, warning, error"},
        BadFile{"address: 127.0.0.1:8980", "address: 8980",
                "t.yaml:2: listen.address: is \"8980\"; give host:port, an IPv6 host in brackets, the port 0..65535"},
        BadFile{"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2",
                "      environment: {prefix: team}",
                "t.yaml:6: accounts[0].credentials.environment.prefix: is \"team\"; give at most 64 capital letters, "
                "digits and "
                "underscores, a letter first"}));

INSTANTIATE_TEST_SUITE_P(
    Endpoints, BadFileTest,
    ::testing::Values(
        BadFile{"https://cloudcontrol.aliyuncs.com", "http://cloudcontrol.aliyuncs.com",
                "t.yaml:13: sources[0].endpoint: is \"http://cloudcontrol.aliyuncs.com\", plain http to another "
                "machine; use "
                "https, or say insecure: true"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "http://127.0.0.1.example.com",
                "t.yaml:13: sources[0].endpoint: is \"http://127.0.0.1.example.com\", plain http to another machine; "
                "use https, "
                "or say insecure: true"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "cloudcontrol.aliyuncs.com",
                "t.yaml:13: sources[0].endpoint: is \"cloudcontrol.aliyuncs.com\", which is not an http or https URL; "
                "write it "
                "as https://host or https://host:port"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "ftp://cloudcontrol.aliyuncs.com",
                "t.yaml:13: sources[0].endpoint: is \"ftp://cloudcontrol.aliyuncs.com\", which is not an http or https "
                "URL; "
                "write it as https://host or https://host:port"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "https://cloudcontrol.aliyuncs.com/",
                "t.yaml:13: sources[0].endpoint: is \"https://cloudcontrol.aliyuncs.com/\", which has a path; end it "
                "after the "
                "host and port, without a slash"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "https://c.com?x=1",
                "t.yaml:13: sources[0].endpoint: is \"***\", which has a query or a fragment; end it "
                "after the "
                "host and port"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "https://c.com:0",
                "t.yaml:13: sources[0].endpoint: is \"https://c.com:0\", which has no valid port; give 1..65535 or "
                "leave it out"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "\"https://c.com\\r\\nx: y\"",
                "t.yaml:13: sources[0].endpoint: is \"https://c.com\\r\\nx: y\" with a control character; remove it"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "https://c.com\n    ca_file: /no/such/file.pem",
                "t.yaml:14: sources[0].ca_file: \"/no/such/file.pem\" cannot be read, or has more than 4 MiB; give the "
                "path of "
                "a readable PEM file with the authorities that this endpoint needs"},
        BadFile{"https://cloudcontrol.aliyuncs.com", "https://c.com\n    ca_file: /etc/passwd",
                "t.yaml:14: sources[0].ca_file: \"/etc/passwd\" has no certificate; give a PEM file with BEGIN "
                "CERTIFICATE and END "
                "CERTIFICATE lines"},
        BadFile{
            "https://cloudcontrol.aliyuncs.com", "http://localhost\n    ca_file: /etc/passwd",
            "t.yaml:14: sources[0].ca_file: \"/etc/passwd\" goes with https only; remove it or use an https endpoint"},
        BadFile{"address: 127.0.0.1:8980", "address: 0.0.0.0:8980",
                "t.yaml:2: listen.address: is \"0.0.0.0:8980\", plaintext for other machines; give tls, use a "
                "loopback address, or say insecure_plaintext: true"},
        BadFile{"address: 127.0.0.1:8980", "tls: {key_file: a.key}",
                "t.yaml:2: listen.tls.key_file: \"a.key\" goes with a certificate_file; add it"},
        BadFile{"address: 127.0.0.1:8980", "tls: {client_ca_file: a.pem}",
                "t.yaml:2: listen.tls.client_ca_file: \"a.pem\" goes with a certificate_file; add it"},
        BadFile{"address: 127.0.0.1:8980", "tls: {accept_without_certificate: true}",
                "t.yaml:2: listen.tls.accept_without_certificate: is true, which goes with a certificate_file; add it"},
        BadFile{"address: 127.0.0.1:8980", "tls: {certificate_file: a.pem}",
                "t.yaml:2: listen.tls.key_file: is missing; give the PEM file with the certificate's private key"},
        BadFile{
            "address: 127.0.0.1:8980", "tls: {certificate_file: /no/such.pem, key_file: a.key}",
            "t.yaml:2: listen.tls.certificate_file: \"/no/such.pem\" cannot be read, or has more than 1 MiB; give the "
            "path of a readable PEM file"},
        BadFile{
            "address: 127.0.0.1:8980", "address: 127.0.0.1:8980\n  health_address: 127.0.0.1:8980",
            "t.yaml:3: listen.health_address: is \"127.0.0.1:8980\", which listen.address takes; choose another port"},
        BadFile{"address: 127.0.0.1:8980", "health_address: 127.0.0.1:65536",
                "t.yaml:2: listen.health_address: is \"127.0.0.1:65536\", which has no valid port; write "
                "host:port, the port 0..65535 (0 takes a free one)"},
        BadFile{"address: 127.0.0.1:8980", "address: 127.0.0.1:65536",
                "t.yaml:2: listen.address: is \"127.0.0.1:65536\", which has no valid port; write host:port, the port "
                "0..65535 "
                "(0 takes a free one)"}));

INSTANTIATE_TEST_SUITE_P(
    References, BadFileTest,
    ::testing::Values(
        BadFile{"name: sc", "name: cc",
                "t.yaml:14: sources[1].name: is \"cc\" as sources[0] is; give each its own name"},
        BadFile{"accounts:\n", "accounts:\n  - {name: main, credentials: {environment: {}}}\n",
                "t.yaml:5: accounts[1].name: is \"main\" as accounts[0] is; give each its own name"},
        BadFile{"    account: main\n    endpoint: https://c", "    account: mian\n    endpoint: https://c",
                "t.yaml:12: sources[0].account: is \"mian\", which is not the name of an account; did you mean "
                "\"main\"? Known "
                "are main"},
        BadFile{"kind: cloud_control", "kind: cloudcontrol",
                "t.yaml:11: sources[0].kind: is \"cloudcontrol\", an unknown kind; did you mean \"cloud_control\"? "
                "Known are "
                "cloud_control, service_catalog"},
        BadFile{"operation: GetTask", "operation: GetTasks",
                "t.yaml:19: sources[1].budgets[0].operation: is \"GetTasks\", not an operation of service_catalog; did "
                "you mean "
                "\"GetTask\"? Known are GetTask, ListTasks, GetProvisionedProduct"},
        BadFile{"limits:", "      - {operation: GetTask, requests_per_second: 5}\nlimits:",
                "t.yaml:21: sources[1].budgets[1].operation: is \"GetTask\" a second time; keep one entry"},
        BadFile{"limits:",
                "  - {name: x, kind: service_catalog, account: main, endpoint: "
                "'https://SERVICECATALOG.cn-hangzhou.aliyuncs.com:443',\n"
                "     budgets: [{operation: GetTask, requests_per_second: 6}]}\nlimits:",
                "t.yaml:22: sources[2].budgets[0]: gives 6/s with burst 6 for GetTask, but sources[1].budgets[0] "
                "shares kind, account "
                "and endpoint and gives 5/s with burst 5; give both the same values, or only one of them"},
        BadFile{"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2", "      {}",
                "t.yaml:5: accounts[0].credentials: has none of environment, static; give exactly one"},
        BadFile{"      static:", "      environment: {}\n      static:",
                "t.yaml:5: accounts[0].credentials: has environment and static; give exactly one"},
        BadFile{"max_attempts: 4", "connect_timeout: 11s",
                "t.yaml:22: limits.connect_timeout: is 11s, longer than limits.attempt_timeout (10s); lower it or "
                "raise the "
                "other"},
        BadFile{"max_attempts: 4", "large_reply_timeout: 9s",
                "t.yaml:21: limits.attempt_timeout: is 10s, longer than limits.large_reply_timeout (9s); lower it or "
                "raise the "
                "other"}));

INSTANTIATE_TEST_SUITE_P(
    Yaml, BadFileTest,
    ::testing::Values(
        BadFile{"listen:", "listen: [",
                "t.yaml:3: is not YAML: end of sequence flow not found; check indentation and quotes around here"},
        BadFile{"limits:", "\tlimits:",
                "t.yaml:21: is not YAML: illegal tab when looking for indentation; check indentation and quotes around "
                "here"},
        BadFile{"limits:", "---\nlimits:", "t.yaml:22: has a second document; remove it and its line of dashes"},
        BadFile{"name: cc", "name: c\xff", "t.yaml:10: is not UTF-8 text; save it as UTF-8"}));

TEST(ConfigErrorTest, AnEmptyFileLacksWhatIsRequired) {
  EXPECT_EQ(MessageOf(""),
            "t.yaml:1: accounts: is missing; it is required\nt.yaml:1: sources: is missing; it is required");
  EXPECT_THAT(MessageOf("accounts: []\nsources:"), HasSubstr("t.yaml:1: accounts: has 0 entries; give 1..100 entries"));
}

TEST(ConfigErrorTest, Utf16IsRefused) {
  EXPECT_THAT(MessageOf(std::string("l\0o\0g\0", 6)), HasSubstr("t.yaml:1: is not UTF-8 text"));
  EXPECT_THAT(MessageOf("\xff\xfel\x01"), HasSubstr("t.yaml:1: is not UTF-8 text"));
}

TEST(ConfigErrorTest, AllProblemsAreToldInTheOrderOfTheFile) {
  const std::string message = MessageOf(absl::StrReplaceAll(kValid, {{"name: cc", "nam: cc"},
                                                                     {"127.0.0.1:8980", "0.0.0.0:1"},
                                                                     {"https://s", "http://s"},
                                                                     {"attempts: 4", "attempts: x"}}));
  const std::vector<std::string> lines = absl::StrSplit(message, '\n');
  ASSERT_THAT(lines, SizeIs(5)) << message;
  EXPECT_THAT(lines[0], HasSubstr("t.yaml:2: listen.address: "));
  EXPECT_THAT(lines[1], HasSubstr("t.yaml:10: sources[0].nam: "));
  EXPECT_THAT(lines[2], HasSubstr("t.yaml:10: sources[0].name: is missing"));
  EXPECT_THAT(lines[3], HasSubstr("t.yaml:17: sources[1].endpoint: "));
  EXPECT_THAT(lines[4], HasSubstr("t.yaml:22: limits.max_attempts: "));
}

TEST(ConfigErrorTest, AtMostTwentyAreToldAndTheRestIsCounted) {
  std::string yaml = kValid;
  for (int i = 0; i < 30; ++i) absl::StrAppend(&yaml, "  unknown", i, ": 1\n");
  const std::vector<std::string> lines = absl::StrSplit(MessageOf(yaml), '\n');
  ASSERT_THAT(lines, SizeIs(kMaxProblems + 1));
  EXPECT_EQ(lines.back(), "t.yaml: and 10 more");
}

// However the file is mangled, neither half of the key pair is told.
TEST(ConfigErrorTest, SecretsAreNeverTold) {
  const std::pair<std::string, std::string> kManglings[] = {
      {"access_key_secret: hunter2", "access_key_secret: [hunter2]"},
      {"access_key_secret: hunter2", "access_key_secret: {hunter2: }"},
      {"access_key_secret: hunter2", "access_key_secret: \"hunter2\\n\""},
      {"access_key_secret: hunter2", "access_key_secret: hunter2 hunter2"},
      {"access_key_secret: hunter2", "access_key_secret: hunter2\u00e9"},
      {"access_key_secret: hunter2", "access_key_secret: " + std::string(300, 'x') + "hunter2"},
      {"access_key_secret: hunter2", "access_key_secret: *hunter2"},
      {"access_key_secret: hunter2", "access_key_secret: &hunter2"},
      {"access_key_secret: hunter2", "access_key_secret: !hunter2"},
      {"access_key_secret: hunter2", "access_key_secret: \"hunter2"},
      {"access_key_secret: hunter2", "access_key_secret:hunter2"},
      {"access_key_secret: hunter2", "access_key_secret hunter2"},
      {"access_key_secret: hunter2", "access_key_secret: x\n        security_token: hunter2 AKID-4711"},
      {"access_key_secret: hunter2", "access_key_secrets: hunter2"},
      {"        access_key_secret: hunter2", "          access_key_secret:hunter2"},
      {"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2",
       "      static: AKID-4711 hunter2"},
      {"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2",
       "      AKID-4711 hunter2"},
      {"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2",
       "      static: {access_key_id: AKID-4711, access_key_secret:hunter2}"},
      {"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2",
       "      static: {access_key_id: AKID-4711, hunter2}"},
      {"      static:\n        access_key_id: AKID-4711\n        access_key_secret: hunter2",
       "      static: [AKID-4711, hunter2]"},
  };
  for (const auto& [from, to] : kManglings) {
    const std::string message = MessageOf(Spoilt(from, to));
    EXPECT_THAT(message, HasSubstr("t.yaml:")) << to;
    EXPECT_THAT(message, Not(HasSubstr("hunter2"))) << to;
    EXPECT_THAT(message, Not(HasSubstr("AKID-4711"))) << to;
  }
  EXPECT_EQ(MessageOf(Spoilt("access_key_secret: hunter2", "access_key_secret: hunter2 x")),
            "t.yaml:8: accounts[0].credentials.static.access_key_secret: is *** with a space or a character that is "
            "not ASCII; "
            "give printable ASCII only");
}

TEST(ConfigErrorTest, AUserInAnEndpointIsNotToldEither) {
  const std::string message =
      MessageOf(Spoilt("https://cloudcontrol.aliyuncs.com", "https://me:hunter2@cloudcontrol.aliyuncs.com"));
  EXPECT_THAT(message, HasSubstr("t.yaml:13: sources[0].endpoint: is \"***\", which has a user before the host"));
  EXPECT_THAT(message, Not(HasSubstr("hunter2")));
}

TEST(ConfigErrorTest, FilesThatAreTooLargeAreRefusedUnread) {
  EXPECT_EQ(MessageOf("# " + std::string(kMaxConfigBytes, 'x')), "t.yaml:1: has more than 1 MiB; give a smaller file");
  EXPECT_EQ(MessageOf(absl::StrCat(kValid, "# ", std::string(kMaxConfigBytes - sizeof kValid - 10, 'x'))), "is valid");
}

TEST(ConfigErrorTest, AliasesCannotMultiplyTheWork) {
  // 100 sources, each by one word, of 5,000 unknown keys.
  std::string yaml = "accounts: [{name: main, credentials: {environment: {}}}]\nsources:\n- &s {";
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&yaml, "unknown", i, ": 1, ");
  yaml += "}\n";
  for (int i = 1; i < 100; ++i) yaml += "- *s\n";
  EXPECT_THAT(MessageOf(yaml), HasSubstr("and "));

  std::string bomb = "x0: &x0 [y, y]\n";
  for (int i = 1; i < 60; ++i) absl::StrAppend(&bomb, "x", i, ": &x", i, " [*x", i - 1, ", *x", i - 1, "]\n");
  EXPECT_THAT(MessageOf(bomb + kValid), HasSubstr("x0: is an unknown key"));
  EXPECT_THAT(MessageOf("sources: &s [*s, *s]"), HasSubstr("sources[0]: is a list, not a mapping"));
}

TEST(ConfigErrorTest, DepthIsNoCrash) {
  for (const std::string open : {"[", "{a: ", "- ", "? ", "a:\n "}) {
    std::string yaml;
    while (yaml.size() + open.size() < 200'000) yaml += open;
    EXPECT_THAT(MessageOf(yaml), HasSubstr("t.yaml:")) << open;
  }
}

TEST(ConfigErrorTest, CertificateFilesAreLookedInto) {
  const std::string path = ::testing::TempDir() + std::to_string(getpid()) + "authorities.pem";
  const auto message = [&](const std::string& pem) {
    std::ofstream(path) << pem;
    return MessageOf(Spoilt("https://cloudcontrol.aliyuncs.com", "https://c.com\n    ca_file: " + path));
  };
  const std::string block = "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(message("A comment\n" + block + block), "is valid");
  EXPECT_THAT(message(block + "-----BEGIN CERTIFICATE-----\nMIIB\n"),
              HasSubstr("has a broken certificate; give a PEM file"));
  EXPECT_THAT(message("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"),
              HasSubstr("has a broken certificate"));
  EXPECT_THAT(message(""), HasSubstr("has no certificate"));
}

}  // namespace
}  // namespace taskgateway::server
