#include "tools/simulator/cloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rapidjson/document.h"
#include "tests/unit/simulator/manual_clock.h"
#include "tests/unit/simulator/requests.h"
#include "tools/simulator/control_api.h"

namespace taskgateway::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CloudTest : public ::testing::Test {
 protected:
  CloudTest() { cloud_.keys().Put({kTestKey, {}}); }

  Reply Send(core::HttpRequest request) { return cloud_.Serve(Signed(std::move(request), clock_.Now()), false); }
  Reply GetTask(std::string_view id) { return Send(CloudControlRequest("GetTask", id)); }
  Reply Catalog(std::string_view action, std::string body) {
    return Send(ServiceCatalogRequest(action, std::move(body)));
  }

  // A control request; its answer.
  std::string Control(std::string method, std::string path, std::string body = "") {
    core::HttpRequest request;
    request.method = std::move(method);
    request.path = "/_simulator/" + std::move(path);
    request.body = std::move(body);
    const Reply reply = simulator::Control(request, cloud_);
    return std::to_string(reply.status) + " " + reply.body.ToString();
  }

  static rapidjson::Document Json(const Reply& reply) {
    rapidjson::Document document;
    document.Parse(reply.body.ToString().c_str());
    EXPECT_TRUE(document.IsObject()) << reply.body.ToString();
    return document;
  }
  static std::vector<std::string> Names(const rapidjson::Value& object) {
    std::vector<std::string> names;
    for (const auto& member : object.GetObject()) names.emplace_back(member.name.GetString());
    return names;
  }

  ManualClock clock_;
  Cloud cloud_{clock_, 100};
};

TEST_F(CloudTest, RepliesHaveTheMembersOfTheReferencePages) {
  EXPECT_EQ(Control("POST", "tasks",
                    R"({"api":"cloud_control","id":"t","steps":[{"status":"Failed","error":{"code":"C"}}]})"),
            "200 {}");
  EXPECT_EQ(Control("POST", "tasks", R"({"api":"service_catalog","id":"t","steps":[{"status":"InProgress"}]})"),
            "200 {}");
  const rapidjson::Document control = Json(GetTask("t"));
  EXPECT_THAT(Names(control), ElementsAre("requestId", "task"));
  EXPECT_THAT(Names(control["task"]), ElementsAre("createTime", "product", "regionId", "resourceId", "resourcePath",
                                                  "resourceType", "status", "taskAction", "taskId", "error"));
  const rapidjson::Document catalog = Json(Catalog("GetTask", "TaskId=t"));
  EXPECT_THAT(Names(catalog), ElementsAre("RequestId", "TaskDetail"));
  EXPECT_THAT(Names(catalog["TaskDetail"]),
              ElementsAre("TaskId", "TaskType", "PortfolioId", "ProductId", "ProductName", "ProductVersionId",
                          "ProductVersionName", "ProvisionedProductId", "ProvisionedProductName", "Parameters",
                          "Outputs", "Log", "Status", "StatusMessage", "CreateTime", "UpdateTime", "TaskTags"));
}

TEST_F(CloudTest, ErrorsOfTheGatewayAndOfTheServicesDifferInShape) {
  const Reply unknown = GetTask("nowhere");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(Names(Json(unknown)), ElementsAre("requestId", "Code", "Message"));
  EXPECT_STREQ(Json(unknown)["Code"].GetString(), "InvalidTask.NotFound");

  const Reply unsigned_request = cloud_.Serve(CloudControlRequest("GetTask", "t"), false);
  EXPECT_THAT(Names(Json(unsigned_request)), ElementsAre("RequestId", "HostId", "Code", "Message", "Recommend"));

  const Reply catalog = Catalog("GetTask", "TaskId=nowhere");
  EXPECT_THAT(Names(Json(catalog)), ElementsAre("RequestId", "HostId", "Code", "Message", "Recommend"));
}

TEST_F(CloudTest, ARequestIdIsInTheHeaderTooAndNeverRepeats) {
  const Reply first = GetTask("nowhere");
  const Reply second = GetTask("nowhere");
  EXPECT_EQ(Json(first)["requestId"].GetString(), core::FindHeader(first.headers, "x-acs-request-id"));
  EXPECT_NE(core::FindHeader(first.headers, "x-acs-request-id"), core::FindHeader(second.headers, "x-acs-request-id"));
}

TEST_F(CloudTest, OperationsThatDoNotExistAreNotFound) {
  const auto with = [](core::HttpRequest request, std::string_view name, std::string value) {
    for (core::HttpHeader& header : request.headers) {
      if (header.name == name) header.value = value;
    }
    return request;
  };
  core::HttpRequest wrong_method = CloudControlRequest("GetTask", "t");
  wrong_method.method = "POST";
  core::HttpRequest wrong_path = CloudControlRequest("GetTask", "t");
  wrong_path.path = "/api/v1/task/t";
  core::HttpRequest slash = CloudControlRequest("GetTask", "t");
  slash.path += "/more";
  for (const core::HttpRequest& request :
       {with(CloudControlRequest("GetTask", "t"), "x-acs-action", "CancelTask"),
        with(CloudControlRequest("CancelTask", "t"), "x-acs-action", "GetTask"),
        with(CloudControlRequest("GetTask", "t"), "x-acs-version", "2021-09-01"),
        with(ServiceCatalogRequest("GetTask", "TaskId=t"), "x-acs-version", "2022-08-30"),
        ServiceCatalogRequest("CancelTask", "TaskId=t"), wrong_method, wrong_path, slash}) {
    const Reply reply = Send(request);
    EXPECT_EQ(reply.status, 404);
    EXPECT_STREQ(Json(reply)["Code"].GetString(), "InvalidApi.NotFound");
  }
}

TEST_F(CloudTest, MissingAndWrongParametersAreNamed) {
  const std::vector<std::tuple<std::string, std::string, std::string>> table = {
      {"GetTask", "", "MissingTaskId"},
      {"ListTasks", "", "MissingProvisionedProductId"},
      {"ListTasks", "ProvisionedProductId=p&PageSize=101", "InvalidParameter"},
      {"ListTasks", "ProvisionedProductId=p&PageNumber=0", "InvalidParameter"},
      {"ListTasks", "ProvisionedProductId=p&SortBy=Name", "InvalidParameter"},
      {"ListTasks", "ProvisionedProductId=p&SortOrder=desc", "InvalidParameter"},
      {"ListTasks", "ProvisionedProductId=p", "InvalidProvisionedProduct.NotFound"},
      {"GetProvisionedProduct", "", "MissingProvisionedProductId"},
      {"GetProvisionedProduct", "ProvisionedProductId=p", "InvalidProvisionedProduct.NotFound"},
      {"LaunchProduct", "ProductId=p", "MissingProductVersionId"},
  };
  for (const auto& [action, body, code] : table) {
    EXPECT_STREQ(Json(Catalog(action, body))["Code"].GetString(), code.c_str()) << action << " " << body;
  }
}

TEST_F(CloudTest, AProductWithoutATaskNamesNone) {
  EXPECT_EQ(Control("POST", "provisioned_products", R"({"id":"pp-1","fields":{"Status":"Error"}})"), "200 {}");
  const rapidjson::Document reply = Json(Catalog("GetProvisionedProduct", "ProvisionedProductId=pp-1"));
  EXPECT_FALSE(reply["ProvisionedProductDetail"].HasMember("LastTaskId"));
  EXPECT_STREQ(reply["ProvisionedProductDetail"]["Status"].GetString(), "Error");
  const rapidjson::Document list = Json(Catalog("ListTasks", "ProvisionedProductId=pp-1"));
  EXPECT_EQ(list["TotalCount"].GetInt(), 0);
}

TEST_F(CloudTest, ALaunchedTaskShowsUpAfterItsTimeAndHasRunSinceThen) {
  EXPECT_EQ(Control("PUT", "launch",
                    R"({"task_after":"2s","steps":[{"status":"InProgress"},{"after":"3s","status":"Succeeded"}]})"),
            "200 {}");
  const rapidjson::Document launched = Json(
      Catalog("LaunchProduct", "ProductId=p&ProductVersionId=v&ProvisionedProductName=n+m&StackRegionId=cn-hangzhou"));
  EXPECT_THAT(Names(launched), ElementsAre("RequestId", "ProvisionedProductId"));
  const std::string query = std::string("ProvisionedProductId=") + launched["ProvisionedProductId"].GetString();
  EXPECT_FALSE(Json(Catalog("GetProvisionedProduct", query))["ProvisionedProductDetail"].HasMember("LastTaskId"));
  clock_.Advance(absl::Seconds(6));
  const rapidjson::Document later = Json(Catalog("GetProvisionedProduct", query));
  EXPECT_STREQ(later["ProvisionedProductDetail"]["Status"].GetString(), "Available");
  const rapidjson::Document task =
      Json(Catalog("GetTask", std::string("TaskId=") + later["ProvisionedProductDetail"]["LastTaskId"].GetString()));
  EXPECT_STREQ(task["TaskDetail"]["CreateTime"].GetString(), "2027-01-15T09:00:02Z");
  EXPECT_STREQ(task["TaskDetail"]["UpdateTime"].GetString(), "2027-01-15T09:00:05Z");
  EXPECT_STREQ(task["TaskDetail"]["ProvisionedProductName"].GetString(), "n m");
}

TEST_F(CloudTest, AReplacedTaskStartsAnewAsTheNewestOfItsProduct) {
  for (const std::string id : {"a", "b", "a"}) {
    Control("POST", "tasks",
            R"({"api":"service_catalog","id":")" + id +
                R"(","fields":{"ProvisionedProductId":"pp"},"steps":[{"status":"InProgress"}]})");
  }
  const rapidjson::Document list = Json(Catalog("ListTasks", "ProvisionedProductId=pp"));
  ASSERT_EQ(list["TotalCount"].GetInt(), 2);
  EXPECT_STREQ(list["TaskDetails"][0]["TaskId"].GetString(), "a");
  const rapidjson::Document ascending = Json(Catalog("ListTasks", "ProvisionedProductId=pp&SortOrder=Asc"));
  EXPECT_STREQ(ascending["TaskDetails"][0]["TaskId"].GetString(), "b");
}

TEST_F(CloudTest, AFaultMeetsWhatItMatchesAsOftenAsItSays) {
  Control("POST", "tasks", R"({"api":"cloud_control","id":"a","steps":[{"status":"Running"}]})");
  Control("POST", "tasks", R"({"api":"cloud_control","id":"b","steps":[{"status":"Running"}]})");
  EXPECT_EQ(Control("POST", "faults", R"({"match":{"api":"cloud_control","action":"GetTask","task":"a"},"count":2,
                                          "error":{"status":503,"code":"ServiceUnavailable"}})"),
            "200 {}");
  EXPECT_EQ(GetTask("b").status, 200);
  EXPECT_EQ(Send(CloudControlRequest("CancelTask", "a")).status, 200);
  EXPECT_EQ(GetTask("a").status, 503);
  EXPECT_EQ(GetTask("a").status, 503);
  EXPECT_EQ(GetTask("a").status, 200);
}

TEST_F(CloudTest, AnErrorComesInTheEnvelopeThatTheFaultAsksFor) {
  const std::vector<std::pair<std::string, std::string>> table = {{"gateway", "\"RequestId\":"},
                                                                  {"mixed", "\"requestId\":"},
                                                                  {"lower", "\"code\":\"X\""},
                                                                  {"xml", "<Code>X</Code>"}};
  for (const auto& [envelope, text] : table) {
    Control("POST", "faults", R"({"count":1,"error":{"code":"X","message":"<&>","envelope":")" + envelope + "\"}}");
    EXPECT_THAT(GetTask("t").body.ToString(), HasSubstr(text)) << envelope;
  }
}

TEST_F(CloudTest, ARefusedSignatureUsesNoFault) {
  Control("POST", "faults", R"({"count":1,"error":{"code":"X"}})");
  EXPECT_THAT(cloud_.Serve(CloudControlRequest("GetTask", "t"), false).body.ToString(),
              HasSubstr("IncompleteSignature"));
  EXPECT_THAT(GetTask("t").body.ToString(), HasSubstr("\"X\""));
}

TEST_F(CloudTest, AnAnswerThatAFaultReplacesIsNoRead) {
  Control("POST", "tasks",
          R"({"api":"cloud_control","id":"t","steps":[{"status":"Running"},{"at_request":2,"status":"Succeeded"}]})");
  Control("POST", "faults", R"({"count":1,"html":{}})");
  EXPECT_EQ(GetTask("t").status, 502);
  EXPECT_STREQ(Json(GetTask("t"))["task"]["status"].GetString(), "Running");
  EXPECT_STREQ(Json(GetTask("t"))["task"]["status"].GetString(), "Succeeded");
}

TEST_F(CloudTest, TheClockMovesDatesButNotTasks) {
  Control("POST", "tasks",
          R"({"api":"cloud_control","id":"t","steps":[{"status":"Running"},{"after":"1m","status":"Succeeded"}]})");
  EXPECT_EQ(Control("PUT", "clock", R"({"offset":"-20m"})"), "200 {}");
  EXPECT_STREQ(Json(GetTask("t"))["Code"].GetString(), "InvalidTimeStamp.Expired");
  const core::HttpRequest request = Signed(CloudControlRequest("GetTask", "t"), clock_.Now() - absl::Minutes(20));
  EXPECT_STREQ(Json(cloud_.Serve(request, false))["task"]["status"].GetString(), "Running");
}

TEST_F(CloudTest, TheLedgerTellsEveryRequest) {
  Control("POST", "tasks", R"({"api":"cloud_control","id":"t","steps":[{"status":"Running"}]})");
  Control("POST", "faults", R"({"match":{"action":"CancelTask"},"hang":true})");
  core::HttpRequest request = CloudControlRequest("GetTask", "t");
  request.headers.push_back({"x-acs-retry-attempts", "2"});
  Send(request);
  Send(CloudControlRequest("CancelTask", "t"));
  Catalog("GetTask", "TaskId=none");

  const auto& entries = cloud_.ledger().entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].action, "GetTask");
  EXPECT_EQ(entries[0].task_id, "t");
  EXPECT_EQ(entries[0].http_status, 200);
  EXPECT_EQ(entries[0].access_key_id, "key");
  EXPECT_EQ(entries[0].retry_attempts, "2");
  EXPECT_THAT(entries[0].nonce, HasSubstr("nonce-"));
  EXPECT_FALSE(entries[0].faulted);
  EXPECT_EQ(entries[1].http_status, 0) << "nothing was sent";
  EXPECT_TRUE(entries[1].faulted);
  EXPECT_EQ(entries[2].code, "InvalidTask.NotFound");
  EXPECT_EQ(cloud_.ledger().Count(Api::kCloudControl, "GetTask"), 1u);

  EXPECT_THAT(
      Control("GET", "ledger"),
      HasSubstr(R"("total":3,"counts":[{"api":"cloud_control","action":"CancelTask","http_status":0,"count":1})"));
  EXPECT_EQ(Control("DELETE", "ledger"), "200 {}");
  EXPECT_THAT(cloud_.ledger().entries(), IsEmpty());
  EXPECT_EQ(cloud_.ledger().total(), 0u);
}

TEST_F(CloudTest, TheLedgerKeepsTheLastEntriesAndCountsAll) {
  for (int i = 0; i < 150; ++i) GetTask("none");
  EXPECT_EQ(cloud_.ledger().entries().size(), 100u);
  EXPECT_EQ(cloud_.ledger().entries().front().sequence, 51u);
  EXPECT_EQ(cloud_.ledger().total(), 150u);
}

TEST_F(CloudTest, ControlRequestsThatMakeNoSenseSayWhatToDo) {
  EXPECT_THAT(Control("POST", "tasks", "{"), HasSubstr("400 {\"error\":\"the body is not JSON at byte"));
  EXPECT_THAT(Control("POST", "tasks", "{}"), HasSubstr("api: is missing"));
  EXPECT_THAT(Control("POST", "tasks", "[]"), HasSubstr("must be an object"));
  EXPECT_THAT(Control("DELETE", "tasks/none"), HasSubstr("404 {\"error\":\"there is no task none"));
  EXPECT_THAT(Control("DELETE", "access_keys/none"), HasSubstr("404"));
  EXPECT_THAT(Control("GET", "tasks"), HasSubstr("405"));
  EXPECT_THAT(Control("GET", "nothing"), HasSubstr("there are: GET healthz, POST tasks,"));
  EXPECT_THAT(Control("PUT", "clock", "{}"), HasSubstr("offset: is missing"));
}

TEST_F(CloudTest, KeysComeAndGoThroughTheControlEndpoint) {
  EXPECT_EQ(Control("DELETE", "access_keys/key"), "200 {}");
  EXPECT_STREQ(Json(GetTask("t"))["Code"].GetString(), "InvalidAccessKeyId.NotFound");
  EXPECT_EQ(Control("POST", "access_keys", R"({"id":"key","secret":"secret"})"), "200 {}");
  EXPECT_STREQ(Json(GetTask("t"))["Code"].GetString(), "InvalidTask.NotFound");
}

}  // namespace
}  // namespace taskgateway::simulator
