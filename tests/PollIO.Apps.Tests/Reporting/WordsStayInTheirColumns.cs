using System.Text;
using PollIO.Apps.Common.Reporting;

namespace PollIO.Apps.Tests.Reporting;

public sealed class WordsStayInTheirColumns
{
    [Theory]
    [InlineData("one two three", 13, "one two three\n")]
    [InlineData("one two three", 12, "one two\n    three\n")]
    [InlineData("one two three", 6, "one\n    two\n    three\n")]
    [InlineData("unbreakable", 8, "unbreakable\n")]
    [InlineData("to unbreakable", 8, "to\n    unbreakable\n")]
    [InlineData("one two three", int.MaxValue, "one two three\n")]
    public void UnderTheFirst(string text, int columns, string expected)
    {
        const int Indent = 4;
        var buffer = new TextBuffer();

        buffer.Words(text, Indent, columns == int.MaxValue ? columns : Indent + columns);

        Assert.Equal(expected, Encoding.UTF8.GetString(buffer.Written));
    }
}
