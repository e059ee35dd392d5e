global using PollIO.Wire;
