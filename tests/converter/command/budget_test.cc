#include "converter/command/budget.h"

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

Evaluation Figures(double agreement, double sqnr_db, double points,
                   double standard_error) {
  Evaluation evaluation;
  evaluation.agreement = agreement;
  evaluation.sqnr_db = sqnr_db;
  evaluation.drop = Drop{points, standard_error};
  return evaluation;
}

TEST(BudgetTest, LadderClimbsFromTheUsersConfiguration) {
  const auto ladder = BudgetLadder({"minmax", {}}, false);
  ASSERT_EQ(ladder.size(), 6u);
  EXPECT_EQ(ladder[0], (Rung{"minmax", {}}));
  EXPECT_EQ(ladder[1], (Rung{"mse", {}}));
  EXPECT_EQ(ladder[2], (Rung{"minmax", {.equalize = true}}));
  EXPECT_EQ(ladder[3], (Rung{"minmax", {.equalize = true, .bias = true}}));
  EXPECT_EQ(ToString(ladder[4].repairs), "equalize,bias,rounding");
  EXPECT_EQ(ladder[5], (Rung{"auto", ladder[4].repairs}));

  const auto chosen = BudgetLadder({"kl", {.equalize = true}}, true);
  ASSERT_EQ(chosen.size(), 3u);
  EXPECT_EQ(chosen[0], (Rung{"kl", {.equalize = true}}));
  EXPECT_EQ(BudgetLadder({"kl", chosen[2].repairs}, true).size(), 1u);
}

TEST(BudgetTest, DropThatTheSamplesResolve) {
  EXPECT_TRUE(*FitsBudget(Figures(90, 10, 0.4, 0.2), 0.5));
  EXPECT_FALSE(*FitsBudget(Figures(90, 30, 0.6, 0.2), 0.5));
}

TEST(BudgetTest, DropWithinTheNoiseAlsoNeedsSqnrOrAgreement) {
  EXPECT_FALSE(*FitsBudget(Figures(90, 12, -0.4, 1.2), 0.5));
  EXPECT_TRUE(*FitsBudget(Figures(90, 21, -0.4, 1.2), 0.5));
  EXPECT_TRUE(*FitsBudget(Figures(96, 12, -0.4, 1.2), 0.5));
}

TEST(BudgetTest, WithoutLabelsTheAgreementBoundsTheDrop) {
  Evaluation evaluation = Figures(99.6, 12, 0, 0);
  evaluation.drop.reset();
  EXPECT_TRUE(*FitsBudget(evaluation, 0.5));
  evaluation.agreement = 99.4;
  EXPECT_FALSE(*FitsBudget(evaluation, 0.5));
  evaluation.agreement.reset();
  EXPECT_FALSE(FitsBudget(evaluation, 0.5).ok());
}

TEST(BudgetTest, LayersInFp32) {
  using Counts = std::vector<size_t>;
  EXPECT_EQ(FloatRungs(0), Counts{});
  EXPECT_EQ(FloatRungs(1), Counts{1});
  EXPECT_EQ(FloatRungs(4), Counts{1});
  EXPECT_EQ(FloatRungs(20), (Counts{1, 2, 4, 5}));
  EXPECT_EQ(FloatRungs(32), (Counts{1, 2, 4, 8}));
  const std::string text = FormatRung(
      {"auto", {.bias = true}, {"conv_1", "fc"}}, Figures(99, 30, 0, 0));
  EXPECT_EQ(text.find("--method auto --repair bias --float-nodes conv_1,fc: "),
            0u)
      << text;
}

TEST(BudgetTest, TextNamesConfigurationFiguresAndCulprits) {
  Evaluation evaluation = Figures(91.25, 17.5, 0.5, 0.25);
  EXPECT_EQ(FormatRung({"kl", {.bias = true}}, evaluation),
            "--method kl --repair bias: drop   0.50 +- 0.25 points, agreement "
            "91.25 %, SQNR 17.50 dB");
  evaluation.layers = {{"a", "Conv2d", 30}, {"b", "Add", 9}, {"c", "Add", 12}};
  EXPECT_EQ(NameCulprits(evaluation, 2), "'b' (9.0 dB), 'c' (12.0 dB)");
}

}  // namespace
}  // namespace octet::converter
