#include "converter/repair/repair_set.h"

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

TEST(RepairSetTest, ListIsAUnion) {
  EXPECT_EQ(*ParseRepairSet({}), RepairSet{});
  EXPECT_EQ(*ParseRepairSet({"none"}), RepairSet{});
  const RepairSet two = {.equalize = true, .bias = true};
  EXPECT_EQ(*ParseRepairSet({"bias", "equalize"}), two);
  EXPECT_EQ(ToString(two), "equalize,bias");
  EXPECT_EQ(ToString(*ParseRepairSet({"full"})), "equalize,bias,rounding");
  EXPECT_EQ(ToString(RepairSet{}), "none");
}

TEST(RepairSetTest, UnknownNameIsAnErrorThatListsTheNames) {
  const auto parsed = ParseRepairSet({"bias", "biased"});
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.status().message(),
            "there is no repair 'biased'; choose from: none, equalize, "
            "absorption, analytic, bias, rounding, adaround, full");
}

}  // namespace
}  // namespace octet::converter
